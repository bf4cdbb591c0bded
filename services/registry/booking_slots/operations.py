"""Changes to single slots, each within the caller's transaction."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import Row, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.access.rules import check_within
from services.registry.base import Event
from services.registry.bookings import queries, rules
from services.registry.bookings.operations import check_not_of_class, host_place, moved
from services.registry.bookings.rules import Span
from services.registry.bookings.tables import Booking, BookingSlot
from shared.db.events import Draft, emit_all
from shared.db.within import place_of
from shared.schemas.registry import (
    BookingState,
    SlotMoved,
    SlotState,
    TimeZone,
    Topic,
)
from shared.scope import Scope

_SLOT_TOPICS: Final = {
    SlotState.USED: Topic.BOOKING_SLOT_USED,
    SlotState.NO_SHOW: Topic.BOOKING_SLOT_MISSED,
    SlotState.CANCELLED: Topic.BOOKING_SLOT_CANCELLED,
}


async def turn_slot(
    session: AsyncSession,
    booking_id: UUID,
    position: int,
    *,
    wanted: SlotState,
    scope: Scope,
    now: datetime,
) -> Booking:
    """Say that one slot was used, or was not, or cancel it; the last one takes the booking along.

    Either side may cancel; whether it was used is said by those whose space it is.

    Raises:
        BookingNotFoundError, SlotNotFoundError: when there is none within the scope.
        OutOfScopeError: when the space is not the caller's.
        BookingStateRefusedError, SlotNotBegunError, SlotOverError: when its life does not allow it.
        BookingOfClassError, BookingOfReferralError: when it would be taken from a class or a
            referral.
    """
    booking = await queries.get_booking_for_change(session, booking_id, scope=scope)
    if wanted is not SlotState.CANCELLED:
        check_within(scope, host_place(booking))
    slots = {row.position: row for row in await queries.slots_of(session, booking.id)}
    if position not in slots:
        raise rules.SlotNotFoundError
    span = Span(slots[position].starts_at, slots[position].ends_at)
    present = slots[position].state
    rules.check_slot_turn(present=present, wanted=wanted, span=span, now=now)
    if wanted is SlotState.CANCELLED:
        check_not_of_class(booking)
    await session.execute(
        update(BookingSlot)
        .where(BookingSlot.booking_id == booking.id, BookingSlot.position == position)
        .values(state=wanted)
    )
    zone = await queries.zone_of(session, booking.facility_id)
    others = {row.state for row in slots.values() if row.position != position}
    drafts = []
    if wanted is SlotState.CANCELLED and others <= {SlotState.CANCELLED}:
        before, booking.state, booking.hold_until = booking.state, BookingState.CANCELLED, None
        drafts = [moved(booking, (), zone=zone, before=before, now=now)]
    booking.version += 1
    drafts.append(slot_moved(booking, slots[position], wanted, zone=zone, now=now))
    await session.flush()
    await emit_all(session, Event, drafts)
    return booking


async def use_slots_of_classes(
    session: AsyncSession, *, ended_by: datetime, now: datetime, limit: int
) -> int:
    """Note as used the slots of up to `limit` classes that ended by then; return how many.

    Those of which it was said that they were not used, were cancelled or are only held, stay.
    """
    used = 0
    for booking in await queries.classes_over(session, ended_by=ended_by, limit=limit):
        due = [
            row
            for row in await queries.slots_of(session, booking.id)
            if row.state is SlotState.APPROVED and row.ends_at <= ended_by
        ]
        if not due:
            continue
        await session.execute(
            update(BookingSlot)
            .where(
                BookingSlot.booking_id == booking.id,
                BookingSlot.position.in_([row.position for row in due]),
            )
            .values(state=SlotState.USED)
        )
        zone = await queries.zone_of(session, booking.facility_id)
        booking.version += 1
        await session.flush()
        drafts = [slot_moved(booking, row, SlotState.USED, zone=zone, now=now) for row in due]
        await emit_all(session, Event, drafts)
        used += len(due)
    return used


def slot_moved(
    booking: Booking,
    slot: Row[int, datetime, datetime, SlotState],
    after: SlotState,
    *,
    zone: TimeZone,
    now: datetime,
) -> Draft:
    """Return the event that tells of a slot's new state."""
    return Draft(
        topic=_SLOT_TOPICS[after],
        stream_id=booking.id,
        event=SlotMoved(
            booking_id=booking.id,
            position=slot.position,
            facility_id=booking.facility_id,
            space_id=booking.space_id,
            purpose=booking.purpose,
            class_id=booking.class_id,
            owner_ministry=booking.owner_ministry,
            ministry=booking.co_ministry,
            before=slot.state,
            after=after,
            minutes=rules.minutes_by_month([Span(slot.starts_at, slot.ends_at)], zone=zone),
        ),
        place=place_of(booking),
        occurred_at=now,
        version=booking.version,
    )
