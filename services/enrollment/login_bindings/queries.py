"""Reads of login bindings, and of what is one's own."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.classes.tables import Class
from services.enrollment.enrollments.tables import Enrollment
from services.enrollment.identities.tables import IdentityClaim
from services.enrollment.login_bindings.tables import LoginBinding
from services.enrollment.participants.tables import Participant


async def find_person(session: AsyncSession, nik_index: bytes) -> Participant | None:
    """Return the locked person with a NIK, wherever it lives: who asks has to prove to be it."""
    statement = (
        select(Participant)
        .join(IdentityClaim, IdentityClaim.participant_id == Participant.id)
        .where(IdentityClaim.nik_index == nik_index)
        .with_for_update(of=Participant)
    )
    return await session.scalar(statement)


async def find_binding(session: AsyncSession, holder: str) -> LoginBinding | None:
    """Return the binding in force of a login."""
    statement = select(LoginBinding).where(
        LoginBinding.holder == holder, LoginBinding.unbound_at.is_(None)
    )
    return await session.scalar(statement)


async def find_login(session: AsyncSession, participant_id: UUID) -> LoginBinding | None:
    """Return the locked binding in force of a person."""
    statement = (
        select(LoginBinding)
        .where(LoginBinding.participant_id == participant_id, LoginBinding.unbound_at.is_(None))
        .order_by(LoginBinding.merged_from.asc().nulls_first(), LoginBinding.id)
        .limit(1)
        .with_for_update()
    )
    return await session.scalar(statement)


async def list_own(
    session: AsyncSession, participant_id: UUID, *, before: UUID | None, limit: int
) -> Sequence[Row[Enrollment, Class]]:
    """Return up to `limit` enrollments of one person with their classes, the newest first."""
    statement = (
        select(Enrollment, Class)
        .join(Class, Class.id == Enrollment.class_id)
        .where(Enrollment.participant_id == participant_id)
    )
    if before is not None:
        statement = statement.where(Enrollment.id < before)
    return (await session.execute(statement.order_by(Enrollment.id.desc()).limit(limit))).all()
