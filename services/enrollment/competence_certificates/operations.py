"""Certificates of competence, recorded and judged within the caller's transaction."""

import json
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.base import Event
from services.enrollment.classes.queries import get_class
from services.enrollment.classes.rules import check_within, local_day
from services.enrollment.competence_certificates import queries, rules
from services.enrollment.competence_certificates.schemas import CompetenceCreate
from services.enrollment.competence_certificates.tables import CompetenceCertificate
from services.enrollment.enrollments.queries import get_enrollment
from services.enrollment.identities.rules import NikKeys
from services.enrollment.person_keys.operations import seal_for
from shared.db.base import translate
from shared.db.events import emit
from shared.db.within import place_of
from shared.ids import new_id
from shared.schemas.enrollment import (
    CertificateCell,
    CertificateMoved,
    Topic,
    VerificationState,
)
from shared.scope import Scope

_REFUSALS: Final = {
    "pk_competence_certificate": rules.CompetenceIdTakenError,
    "uq_competence_certificate_id": rules.CompetenceIdTakenError,
    "uq_competence_certificate_number_index": rules.CompetenceNumberTakenError,
}
_OF_ENROLLMENT: Final = (
    "participant_id", "class_id", "program_id", "wave_id", "facility_id", "province_code",
    "regency_code", "owner_ministry", "co_ministry", "host_ministry", "home_province_code",
    "home_regency_code", "sex", "age_band", "entrant_kind", "disability",
)  # fmt: skip
_AS_WRITTEN: Final = (
    "lsp_name", "lsp_license", "scheme_code", "scheme_name", "level", "issued_on", "valid_until",
)  # fmt: skip


async def record_competence(
    session: AsyncSession,
    *,
    at: tuple[UUID, UUID],
    body: CompetenceCreate,
    keys: NikKeys,
    scope: Scope,
    recorded_by: str,
    now: datetime,
) -> CompetenceCertificate:
    """Record a certificate of competence of somebody; `at` is the class and the enrollment.

    Raises:
        EnrollmentUnknownError: when the scope sees no such enrollment.
        OutsideScopeError: when the scope may read it only.
        CompetenceUntrainedError: when the person was not trained in the class.
        CompetenceDatesError: when no certificate can have these dates.
        PersonErasedError: when the person's key was destroyed.
        CompetenceIdTakenError, CompetenceNumberTakenError: when the id or the number is there.
    """
    class_id, enrollment_id = at
    enrollment = await get_enrollment(
        session, scope=scope, class_id=class_id, enrollment_id=enrollment_id
    )
    check_within(place_of(enrollment), scope=scope)
    rules.check_trained(enrollment.state)
    class_ = await get_class(session, class_id)
    today = local_day(now, zone=class_.time_zone)
    rules.check_dates(issued_on=body.issued_on, valid_until=body.valid_until, today=today)
    identifier = body.id or new_id()
    details = json.dumps({"number": body.number, "evidence": body.evidence.model_dump()})
    where = rules.sealed_details(identifier)
    row = CompetenceCertificate(
        **{each: getattr(enrollment, each) for each in _OF_ENROLLMENT},
        **{each: getattr(body, each) for each in _AS_WRITTEN},
        id=identifier,
        enrollment_id=enrollment_id,
        facility_kind=class_.facility_kind,
        trade=class_.trade,
        details_cipher=await seal_for(
            session, keys, enrollment.participant_id, where, details.encode()
        ),
        number_index=keys.index_of(rules.indexed_number(body.lsp_license, body.number)),
        state=VerificationState.RECORDED,
        recorded_by=recorded_by,
        recorded_at=now,
        version=1,
    )
    session.add(row)
    try:
        await session.flush()
    except IntegrityError as error:
        raise translate(error, _REFUSALS) from error
    await _tell(session, row, Topic.COMPETENCE_RECORDED, before=None, now=now)
    return row


async def judge_competence(
    session: AsyncSession,
    certificate_id: UUID,
    *,
    state: VerificationState,
    reason: str | None,
    scope: Scope,
    judged_by: str,
    now: datetime,
) -> CompetenceCertificate:
    """Say that an office has looked at the evidence and found it good, or not.

    Raises:
        CompetenceUnknownError: when there is none within the scope.
        OutsideScopeError: when the scope may read it only.
        CompetenceStateError: when that has been said already.
    """
    row = await queries.lock_competence(session, certificate_id, scope=scope)
    rules.check_turn(row.state, state)
    before = queries.cell_of(row)
    row.state, row.reason = state, reason
    row.judged_by, row.judged_at = judged_by, now
    row.version += 1
    await session.flush()
    await _tell(session, row, Topic.COMPETENCE_JUDGED, before=before, now=now)
    return row


async def _tell(
    session: AsyncSession,
    row: CompetenceCertificate,
    topic: Topic,
    *,
    before: CertificateCell | None,
    now: datetime,
) -> None:
    await emit(
        session,
        Event,
        topic=topic,
        stream_id=row.participant_id,
        event=CertificateMoved(
            certificate_id=row.id,
            enrollment_id=row.enrollment_id,
            class_id=row.class_id,
            participant_id=row.participant_id,
            issued_on=row.issued_on,
            before=before,
            after=queries.cell_of(row),
        ),
        place=place_of(row),
        occurred_at=now,
        version=row.version,
    )
