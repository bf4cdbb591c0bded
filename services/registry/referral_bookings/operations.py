"""Give referrals their hours, each within the caller's transaction."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.access.rules import check_within
from services.registry.base import Event
from services.registry.bookings import queries
from services.registry.bookings.operations import Wanted, add_booking, decide, using_place
from services.registry.bookings.rules import Span, check_ahead, in_order
from services.registry.bookings.tables import Booking
from services.registry.referral_bookings import rules
from services.registry.referral_checks.rules import check_production_house
from shared.db.events import emit
from shared.db.within import place_of
from shared.schemas.registry import (
    BookingPurpose,
    BookingState,
    HoldConfirmed,
    ReferralBooking,
    Topic,
)
from shared.scope import Scope

_MOVED: Final = "referral-moved"
_DROPPED: Final = "referral-dropped"
_LAPSED: Final = "hold-lapsed"


async def book(
    session: AsyncSession,
    referral_id: UUID,
    wanted: ReferralBooking,
    *,
    scope: Scope,
    now: datetime,
) -> Booking:
    """Give a referral its hours at once, held until they are confirmed.

    The same again changes nothing; anything else takes the place of what it had before, in the
    same transaction. A production house is there for entrepreneurs: they use it in the name of its
    own ministry, without an agreement.

    Raises:
        SpaceNotFoundError: when there is no such space.
        OutOfScopeError: when its place is not the caller's.
        NotProductionHouseError: when it is not a production house's.
        SlotInvalidError, SlotCountError, SlotsOverlapError, SlotPastError: when the times are not
            sound.
        And what refuses a booking: see `check_wanted`.
    """
    site = await queries.get_site(session, wanted.space_id, for_update=True)
    ministry = site.facility.owner_ministry
    check_within(scope, using_place(site.space, ministry))
    check_production_house(site.facility.kind)
    spans = in_order(Span(each.starts_at, each.ends_at) for each in wanted.slots)
    present = await queries.find_of_referral(session, referral_id)
    if present is not None:
        if await _is_same(session, present, wanted, spans):
            return await _held_again(session, present, now=now)
        await _give_up(session, present, reason=_MOVED, now=now)
    check_ahead(spans, now=now)
    order = Wanted(
        space_id=wanted.space_id,
        ministry=ministry,
        purpose=BookingPurpose.ENTREPRENEUR,
        people=wanted.people,
        spans=spans,
        participant_id=wanted.participant_id,
        referral_id=referral_id,
    )
    return await add_booking(
        session, site, order, state=BookingState.APPROVED, now=now, hold_until=now + rules.HOLD
    )


async def _is_same(
    session: AsyncSession, booking: Booking, wanted: ReferralBooking, spans: Sequence[Span]
) -> bool:
    same = (booking.space_id, booking.participant_id, booking.people) == (
        wanted.space_id,
        wanted.participant_id,
        wanted.people,
    )
    if not same:
        return False
    slots = await queries.slots_of(session, booking.id)
    return [Span(row.starts_at, row.ends_at) for row in slots] == list(spans)


async def _held_again(session: AsyncSession, booking: Booking, *, now: datetime) -> Booking:
    """Hold what lapsed and nobody has taken back yet; leave all else as it is."""
    if booking.hold_until is not None and booking.hold_until <= now:
        booking.hold_until = now + rules.HOLD
        booking.version += 1
        await session.flush()
    return booking


async def confirm(
    session: AsyncSession, referral_id: UUID, *, booking_id: UUID, now: datetime
) -> None:
    """Let a referral keep its hours; confirmed again it changes nothing.

    Raises:
        ReferralNotBookedError: when it never had them, or has them no longer.
    """
    booking = await queries.find_of_referral(session, referral_id)
    if booking is None or booking.id != booking_id:
        raise rules.ReferralNotBookedError
    if booking.hold_until is None:
        return
    booking.hold_until = None
    booking.version += 1
    await session.flush()
    await emit(
        session,
        Event,
        topic=Topic.BOOKING_CONFIRMED,
        stream_id=booking.id,
        event=HoldConfirmed(booking_id=booking.id, class_id=None),
        place=place_of(booking),
        occurred_at=now,
        version=booking.version,
    )


async def release(
    session: AsyncSession, referral_id: UUID, *, booking_id: UUID, now: datetime
) -> None:
    """Give up the hours of a referral that are not over; nothing happens when they are gone."""
    booking = await queries.find_of_referral(session, referral_id)
    if booking is not None and booking.id == booking_id:
        await _give_up(session, booking, reason=_DROPPED, now=now)


async def release_lapsed(session: AsyncSession, referral_id: UUID, *, now: datetime) -> bool:
    """Take back what a referral held and nobody confirmed in time; tell whether there was any."""
    booking = await queries.find_of_referral(session, referral_id)
    if booking is None or booking.hold_until is None or booking.hold_until > now:
        return False
    await _give_up(session, booking, reason=_LAPSED, now=now, topic=Topic.BOOKING_LAPSED)
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
