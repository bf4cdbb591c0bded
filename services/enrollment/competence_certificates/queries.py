"""Reads of recorded certificates of competence."""

import json
from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.classes.rules import check_within
from services.enrollment.competence_certificates import rules
from services.enrollment.competence_certificates.schemas import CompetenceRead, Evidence
from services.enrollment.competence_certificates.tables import CompetenceCertificate
from shared.db.within import place_of, within
from shared.schemas.enrollment import CertificateCell, CertificateKind
from shared.scope import Scope


async def get_competence(
    session: AsyncSession, certificate_id: UUID, *, scope: Scope
) -> CompetenceCertificate:
    """Return one certificate of competence within the scope.

    Raises:
        CompetenceUnknownError: when there is none within the scope.
    """
    statement = select(CompetenceCertificate).where(
        CompetenceCertificate.id == certificate_id, within(scope, CompetenceCertificate)
    )
    found = (await session.scalars(statement)).one_or_none()
    if found is None:
        raise rules.CompetenceUnknownError
    return found


async def lock_competence(
    session: AsyncSession, certificate_id: UUID, *, scope: Scope
) -> CompetenceCertificate:
    """Return one certificate of competence that the scope may write, locked and fresh.

    Raises:
        CompetenceUnknownError: when there is none within the scope.
        OutsideScopeError: when the scope may read it only.
    """
    found = await get_competence(session, certificate_id, scope=scope)
    check_within(place_of(found), scope=scope)
    await session.refresh(found, with_for_update=True)
    return found


async def list_of_person(
    session: AsyncSession, participant_id: UUID, *, scope: Scope, after: UUID | None, limit: int
) -> Sequence[CompetenceCertificate]:
    """Return up to `limit` certificates of competence of a person within the scope, by id."""
    statement = (
        select(CompetenceCertificate)
        .where(
            CompetenceCertificate.participant_id == participant_id,
            within(scope, CompetenceCertificate),
        )
        .order_by(CompetenceCertificate.id)
        .limit(limit)
    )
    if after is not None:
        statement = statement.where(CompetenceCertificate.id > after)
    return (await session.scalars(statement)).all()


def read_of(row: CompetenceCertificate, details: bytes | None, *, today: date) -> CompetenceRead:
    """Return a certificate as its API shows it; `details` is what was sealed, None once erased."""
    told = {} if details is None else json.loads(details)
    values = {
        name: getattr(row, name) for name in CompetenceRead.model_fields if hasattr(row, name)
    }
    evidence = told.get("evidence")
    return CompetenceRead(
        **values,
        number=told.get("number"),
        evidence=None if evidence is None else Evidence(**evidence),
        in_force=rules.in_force(
            row.state, issued_on=row.issued_on, valid_until=row.valid_until, today=today
        ),
    )


def cell_of(row: CompetenceCertificate) -> CertificateCell:
    """Return what figures can cut the certificate by, as it is now."""
    names = CertificateCell.model_fields.keys() - {"kind", "state"}
    return CertificateCell(
        kind=CertificateKind.COMPETENCE,
        state=row.state.value,
        **{name: getattr(row, name) for name in names},
    )
