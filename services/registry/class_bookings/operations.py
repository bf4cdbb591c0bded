"""Give classes their spaces, each within the caller's transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.access.rules import check_within
from services.registry.base import Event
from services.registry.bookings import queries, rules
from services.registry.bookings.operations import Wanted, add_booking, decide, using_place
from services.registry.bookings.rules import Span
from services.registry.bookings.tables import Booking
from services.registry.engagements.operations import release
from services.registry.engagements.queries import lock_class
from shared.db.events import emit
from shared.db.within import place_of
from shared.schemas.registry import BookingPurpose, BookingState, HoldConfirmed, Topic
from shared.scope import Scope

_MOVED: Final = "class-moved"
_DROPPED: Final = "class-dropped"
_LAPSED: Final = "hold-lapsed"


@dataclass(frozen=True, slots=True)
class ClassPlan:
    """What a class needs: its space, who uses it, how many, when, and by which agreement."""

    class_id: UUID
    space_id: UUID
    ministry: str
    people: int
    spans: Sequence[Span]
    agreement_id: UUID | None = None


async def book_for_class(
    session: AsyncSession,
    plan: ClassPlan,
    *,
    hold_until: datetime | None,
    scope: Scope,
    now: datetime,
) -> Booking:
    """Give a class its space at once, until `hold_until` unless it is confirmed.

    The same plan again changes nothing; another plan gives up what the class had before, in the
    same transaction.

    Raises:
        SpaceNotFoundError: when there is no such space.
        OutOfScopeError: when its place, or the ministry that would use it, is not the caller's.
        SlotInvalidError, SlotCountError, SlotsOverlapError: when the times are not sound.
        And what refuses a booking: see `check_wanted`.
    """
    site = await queries.get_site(session, plan.space_id, for_update=True)
    check_within(scope, using_place(site.space, plan.ministry))
    spans = rules.in_order(plan.spans)
    present = await queries.find_of_class(session, plan.class_id)
    if present is not None:
        if await _is_same(session, present, plan, spans):
            return await _held_again(session, present, hold_until=hold_until, now=now)
        await _give_up(session, present, reason=_MOVED, now=now)
    wanted = Wanted(
        space_id=plan.space_id,
        ministry=plan.ministry,
        purpose=BookingPurpose.CLASS,
        people=plan.people,
        spans=spans,
        class_id=plan.class_id,
        agreement_id=plan.agreement_id,
    )
    return await add_booking(
        session, site, wanted, state=BookingState.APPROVED, now=now, hold_until=hold_until
    )


async def _held_again(
    session: AsyncSession, booking: Booking, *, hold_until: datetime | None, now: datetime
) -> Booking:
    """Hold what lapsed and nobody has taken back yet; leave all else as it is."""
    if booking.hold_until is not None and booking.hold_until <= now:
        booking.hold_until = hold_until
        booking.version += 1
        await session.flush()
    return booking


async def _is_same(
    session: AsyncSession, booking: Booking, plan: ClassPlan, spans: Sequence[Span]
) -> bool:
    if booking.state is not BookingState.APPROVED or (
        booking.space_id,
        booking.co_ministry,
        booking.people,
    ) != (plan.space_id, plan.ministry, plan.people):
        return False
    if plan.agreement_id not in (None, booking.agreement_id):
        return False
    slots = await queries.slots_of(session, booking.id)
    return [Span(row.starts_at, row.ends_at) for row in slots] == list(spans)


async def confirm_for_class(session: AsyncSession, class_id: UUID, *, now: datetime) -> Booking:
    """Let a class keep its space; confirmed again it changes nothing.

    Raises:
        BookingNotFoundError: when it has none, or its hold has lapsed.
    """
    booking = await queries.find_of_class(session, class_id)
    if booking is None:
        raise rules.BookingNotFoundError
    if booking.hold_until is not None:
        booking.hold_until = None
        booking.version += 1
        await session.flush()
        await emit(
            session,
            Event,
            topic=Topic.BOOKING_CONFIRMED,
            stream_id=booking.id,
            event=HoldConfirmed(booking_id=booking.id, class_id=class_id),
            place=place_of(booking),
            occurred_at=now,
            version=booking.version,
        )
    return booking


async def release_of_class(
    session: AsyncSession, class_id: UUID, *, now: datetime
) -> Booking | None:
    """Give up the space of a class that was dropped; None when it had none."""
    booking = await queries.find_of_class(session, class_id)
    if booking is not None:
        await _give_up(session, booking, reason=_DROPPED, now=now)
    return booking


async def release_lapsed(session: AsyncSession, class_id: UUID, *, now: datetime) -> bool:
    """Take back what a class held and nobody confirmed in time; tell whether there was any."""
    await lock_class(session, class_id)
    booking = await queries.find_of_class(session, class_id)
    if booking is None or booking.hold_until is None or booking.hold_until > now:
        return False
    await _give_up(session, booking, reason=_LAPSED, now=now, topic=Topic.BOOKING_LAPSED)
    await release(session, class_id, now=now)
    return True


async def _give_up(
    session: AsyncSession,
    booking: Booking,
    *,
    reason: str,
    now: datetime,
    topic: Topic | None = None,
) -> None:
    booking.reason = reason
    zone = await queries.zone_of(session, booking.facility_id)
    await decide(session, booking, BookingState.CANCELLED, zone=zone, now=now, topic=topic)
