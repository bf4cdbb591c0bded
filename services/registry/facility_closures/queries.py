"""Reads of what is ahead of a facility."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.bookings.queries import ENDS, HOLDING, STARTS
from services.registry.bookings.rules import Span
from services.registry.bookings.tables import BookingSlot
from shared.schemas.registry import BookingPurpose

_NAMED_AT_MOST: Final = 200


async def ranges_to_come(
    session: AsyncSession, facility_id: UUID, *, now: datetime
) -> Sequence[tuple[UUID, Span]]:
    """Return the first ranges at which somebody has a space from now on, each with the space."""
    statement = (
        select(BookingSlot.space_id, STARTS, ENDS)
        .where(
            BookingSlot.facility_id == facility_id,
            HOLDING,
            BookingSlot.purpose != BookingPurpose.CLOSURE,
            BookingSlot.during.overlaps(Range(now, None)),
        )
        .order_by(STARTS, BookingSlot.space_id)
        .limit(_NAMED_AT_MOST)
    )
    rows = (await session.execute(statement)).all()
    return [(space_id, Span(starts_at, ends_at)) for space_id, starts_at, ends_at in rows]
