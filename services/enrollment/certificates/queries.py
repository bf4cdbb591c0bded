"""Reads of training certificates."""

from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Select, exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import undefer

from services.enrollment.certificates import rules
from services.enrollment.certificates.schemas import CertificateRead
from services.enrollment.certificates.tables import CertificateOrder, TrainingCertificate
from services.enrollment.classes.rules import check_within
from services.enrollment.enrollments.tables import Enrollment
from services.enrollment.participants.tables import Participant
from shared.db.within import place_of, within
from shared.schemas.enrollment import (
    CertificateCell,
    CertificateKind,
    CertificateState,
    EnrollmentState,
)
from shared.scope import Scope


class Candidate(NamedTuple):
    """Somebody who completed and is to be certified."""

    enrollment: Enrollment
    name: str
    synthetic: bool


def _candidates(order: CertificateOrder) -> Select[Enrollment, str, bool]:
    """Return the statement of those whom an order means and who are to get a certificate.

    All who completed get their first; who is named gets one unless a valid one is there.
    """
    there = exists().where(
        TrainingCertificate.class_id == Enrollment.class_id,
        TrainingCertificate.enrollment_id == Enrollment.id,
    )
    if order.enrollment_ids is not None:
        there = there.where(TrainingCertificate.state == CertificateState.VALID)
    statement = (
        select(Enrollment, Participant.name, Participant.synthetic)
        .join(Participant, Participant.id == Enrollment.participant_id)
        .where(
            Enrollment.class_id == order.class_id,
            Enrollment.state == EnrollmentState.COMPLETED,
            ~there,
        )
    )
    if order.enrollment_ids is not None:
        named = [UUID(each) for each in order.enrollment_ids]
        statement = statement.where(Enrollment.id.in_(named))
    return statement


async def next_candidates(
    session: AsyncSession, order: CertificateOrder, *, after: UUID | None, limit: int
) -> list[Candidate]:
    """Return up to `limit` people to certify who follow `after`, by enrollment."""
    statement = _candidates(order).order_by(Enrollment.id).limit(limit)
    if after is not None:
        statement = statement.where(Enrollment.id > after)
    return [Candidate(*row) for row in (await session.execute(statement)).all()]


async def count_candidates(session: AsyncSession, order: CertificateOrder) -> int:
    """Return how many people an order is still to certify."""
    people = _candidates(order).subquery()
    return await session.scalar(select(func.count()).select_from(people)) or 0


async def candidate_of(
    session: AsyncSession, class_id: UUID, enrollment_id: UUID
) -> Candidate | None:
    """Return somebody of a class as a certificate would name him now."""
    statement = (
        select(Enrollment, Participant.name, Participant.synthetic)
        .join(Participant, Participant.id == Enrollment.participant_id)
        .where(Enrollment.class_id == class_id, Enrollment.id == enrollment_id)
    )
    row = (await session.execute(statement)).one_or_none()
    return None if row is None else Candidate(*row)


async def get_order(session: AsyncSession, class_id: UUID, order_id: UUID) -> CertificateOrder:
    """Return an order.

    Raises:
        CertificateUnknownError: when there is none.
    """
    order = await session.get(CertificateOrder, (class_id, order_id))
    if order is None:
        raise rules.CertificateUnknownError
    return order


async def count_unprinted(session: AsyncSession, order: CertificateOrder) -> int:
    """Return how many certificates of an order have no PDF."""
    statement = select(func.count()).where(
        TrainingCertificate.class_id == order.class_id,
        TrainingCertificate.order_id == order.id,
        TrainingCertificate.pdf_sha256.is_(None),
    )
    return await session.scalar(statement) or 0


async def unprinted(
    session: AsyncSession, order: CertificateOrder, *, after: UUID | None, limit: int
) -> Sequence[TrainingCertificate]:
    """Return up to `limit` certificates of an order whose PDF is not there, by id."""
    statement = (
        select(TrainingCertificate)
        .where(
            TrainingCertificate.class_id == order.class_id,
            TrainingCertificate.order_id == order.id,
            TrainingCertificate.pdf_sha256.is_(None),
        )
        .order_by(TrainingCertificate.id)
        .limit(limit)
    )
    if after is not None:
        statement = statement.where(TrainingCertificate.id > after)
    return (await session.scalars(statement)).all()


async def get_certificate(
    session: AsyncSession,
    certificate_id: UUID,
    *,
    scope: Scope,
    with_paper: bool = False,
) -> TrainingCertificate:
    """Return one certificate within the scope.

    Raises:
        CertificateUnknownError: when there is none within the scope.
    """
    statement = select(TrainingCertificate).where(
        TrainingCertificate.id == certificate_id,
        within(scope, TrainingCertificate),
    )
    if with_paper:
        statement = statement.options(undefer(TrainingCertificate.pdf_cipher))
    found = (await session.scalars(statement)).one_or_none()
    if found is None:
        raise rules.CertificateUnknownError
    return found


async def lock_certificate(
    session: AsyncSession, certificate_id: UUID, *, scope: Scope
) -> TrainingCertificate:
    """Return one certificate that the scope may write, locked and fresh.

    Raises:
        CertificateUnknownError: when there is none within the scope.
        OutsideScopeError: when the scope may read it only.
    """
    found = await get_certificate(session, certificate_id, scope=scope)
    check_within(place_of(found), scope=scope)
    await session.refresh(found, with_for_update=True)
    return found


async def find_by_number(session: AsyncSession, number: str) -> TrainingCertificate | None:
    """Return the certificate of a number, whoever asks."""
    return await session.scalar(
        select(TrainingCertificate).where(TrainingCertificate.number == number)
    )


async def list_of_class(
    session: AsyncSession, class_id: UUID, *, scope: Scope, after: UUID | None, limit: int
) -> Sequence[TrainingCertificate]:
    """Return up to `limit` certificates of a class within the scope, by id."""
    statement = select(TrainingCertificate).where(TrainingCertificate.class_id == class_id)
    return await _listed(session, statement, scope=scope, after=after, limit=limit)


async def list_of_person(
    session: AsyncSession, participant_id: UUID, *, scope: Scope, after: UUID | None, limit: int
) -> Sequence[TrainingCertificate]:
    """Return up to `limit` certificates of a person within the scope, by id."""
    statement = select(TrainingCertificate).where(
        TrainingCertificate.participant_id == participant_id
    )
    return await _listed(session, statement, scope=scope, after=after, limit=limit)


async def _listed(
    session: AsyncSession,
    statement: Select[Any],
    *,
    scope: Scope,
    after: UUID | None,
    limit: int,
) -> Sequence[TrainingCertificate]:
    statement = (
        statement.where(within(scope, TrainingCertificate))
        .order_by(TrainingCertificate.id)
        .limit(limit)
    )
    if after is not None:
        statement = statement.where(TrainingCertificate.id > after)
    return (await session.scalars(statement)).all()


async def revoked_in_class(session: AsyncSession, class_id: UUID) -> Sequence[TrainingCertificate]:
    """Return the certificates of a class that no longer vouch for anything, by id."""
    statement = (
        select(TrainingCertificate)
        .where(
            TrainingCertificate.class_id == class_id,
            TrainingCertificate.state != CertificateState.VALID,
        )
        .order_by(TrainingCertificate.id)
    )
    return (await session.scalars(statement)).all()


def read_of(row: TrainingCertificate, *, public_url: str) -> CertificateRead:
    """Return a certificate as its API shows it; `public_url` is that of the entrance."""
    values = {
        name: getattr(row, name) for name in CertificateRead.model_fields if hasattr(row, name)
    }
    return CertificateRead(
        **values,
        printed=row.pdf_sha256 is not None,
        verification_url=public_url.rstrip("/") + rules.path_of(row.number),
    )


def cell_of(row: TrainingCertificate) -> CertificateCell:
    """Return what figures can cut the certificate by, as it is now."""
    names = CertificateCell.model_fields.keys() - {"kind", "state"}
    return CertificateCell(
        kind=CertificateKind.TRAINING,
        state=row.state.value,
        **{name: getattr(row, name) for name in names},
    )
