"""Reads of businesses."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.businesses.tables import ParticipantBusiness


async def list_businesses(
    session: AsyncSession,
    participant_id: UUID,
    *,
    before: tuple[date, UUID] | None = None,
    limit: int,
) -> Sequence[ParticipantBusiness]:
    """Return up to `limit` statements of a person whom the caller may see, the latest first."""
    key = tuple_(ParticipantBusiness.as_of, ParticipantBusiness.id)
    statement = select(ParticipantBusiness).where(
        ParticipantBusiness.participant_id == participant_id
    )
    if before is not None:
        statement = statement.where(key < before)
    statement = statement.order_by(ParticipantBusiness.as_of.desc(), ParticipantBusiness.id.desc())
    return (await session.scalars(statement.limit(limit))).all()
