"""Reads of the classes that rely on an agreement."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.agreement_ends.rules import PlannedClass
from services.registry.bookings.tables import Booking
from services.registry.facilities.tables import Facility
from shared.schemas.registry import BookingState

_MOST: Final = 200
_LIVE: Final = (BookingState.REQUESTED, BookingState.APPROVED)
# No clock of the country is further than this from UTC.
_A_DAY: Final = timedelta(days=1)


async def classes_under(
    session: AsyncSession, agreement_id: UUID, *, day: date
) -> list[PlannedClass]:
    """Return up to 200 classes that have a space under an agreement around `day` or after it."""
    since = datetime.combine(day, time(), tzinfo=UTC) - _A_DAY
    statement = (
        select(Booking.class_id, Booking.facility_id, Booking.ends_at, Facility.time_zone)
        .join(Facility, Facility.id == Booking.facility_id)
        .where(
            Booking.agreement_id == agreement_id,
            Booking.class_id.is_not(None),
            Booking.state.in_(_LIVE),
            Booking.ends_at >= since,
        )
        .order_by(Booking.starts_at, Booking.id)
        .limit(_MOST)
    )
    rows = (await session.execute(statement)).all()
    return [PlannedClass(row[0], row[1], row[2], row[3]) for row in rows if row[0] is not None]
