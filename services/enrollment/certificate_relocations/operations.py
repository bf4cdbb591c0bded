"""Moving certificates with their class; what is printed on them stays."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.base import Event
from services.enrollment.certificates.queries import cell_of
from services.enrollment.certificates.tables import TrainingCertificate
from services.enrollment.competence_certificates.queries import cell_of as competence_cell_of
from services.enrollment.competence_certificates.tables import CompetenceCertificate
from shared.db.events import Draft, emit_all
from shared.db.within import place_of
from shared.schemas.enrollment import CertificateCell, CertificateMoved, Topic
from shared.schemas.registry import FacilityStays


async def move_certificates(
    session: AsyncSession, class_id: UUID, *, stays: FacilityStays, now: datetime
) -> int:
    """Let the certificates of a class belong to the facility that stays; return how many.

    Who sees them and where they count follows the class. The paper still names the facility that
    issued it.
    """
    drafts = []
    for row in await _of_class(session, class_id):
        before = _cell(row)
        _relocate(row, stays)
        drafts.append(_moved(row, before=before, now=now))
    await session.flush()
    await emit_all(session, Event, drafts)
    return len(drafts)


async def _of_class(
    session: AsyncSession, class_id: UUID
) -> list[TrainingCertificate | CompetenceCertificate]:
    """Return all certificates of a class, locked, each kind by id."""
    issued = (
        select(TrainingCertificate)
        .where(TrainingCertificate.class_id == class_id)
        .order_by(TrainingCertificate.id)
        .with_for_update()
    )
    recorded = (
        select(CompetenceCertificate)
        .where(CompetenceCertificate.class_id == class_id)
        .order_by(CompetenceCertificate.id)
        .with_for_update()
    )
    return [*await session.scalars(issued), *await session.scalars(recorded)]


def _cell(row: TrainingCertificate | CompetenceCertificate) -> CertificateCell:
    return cell_of(row) if isinstance(row, TrainingCertificate) else competence_cell_of(row)


def _relocate(row: TrainingCertificate | CompetenceCertificate, stays: FacilityStays) -> None:
    row.facility_id = stays.facility_id
    row.facility_kind = stays.kind
    row.province_code = stays.province_code
    row.regency_code = stays.regency_code
    row.host_ministry = stays.owner_ministry
    row.version += 1


def _moved(
    row: TrainingCertificate | CompetenceCertificate, *, before: CertificateCell, now: datetime
) -> Draft:
    return Draft(
        topic=Topic.CERTIFICATE_RELOCATED,
        stream_id=row.class_id,
        event=CertificateMoved(
            certificate_id=row.id,
            enrollment_id=row.enrollment_id,
            class_id=row.class_id,
            participant_id=row.participant_id,
            issued_on=row.issued_on,
            before=before,
            after=_cell(row),
        ),
        place=place_of(row),
        occurred_at=now,
        version=row.version,
    )
