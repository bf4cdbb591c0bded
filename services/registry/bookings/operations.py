"""Changes to bookings: one function a use case, each within the caller's transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, insert, or_, update
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.access.rules import check_within
from services.registry.base import Event
from services.registry.bookings import queries, rules
from services.registry.bookings.queries import ENDS, STARTS, Site
from services.registry.bookings.rules import Span
from services.registry.bookings.schemas import BookingCreate
from services.registry.bookings.tables import Booking, BookingSlot
from services.registry.facilities.tables import Facility
from services.registry.opening_hours.queries import hours_of
from services.registry.spaces.rules import SpaceClosedError
from services.registry.spaces.tables import Space
from shared.db.base import translate
from shared.db.events import Draft, emit_all
from shared.db.within import place_of
from shared.errors import ServiceError
from shared.ids import new_id
from shared.schemas.registry import (
    BookingMoved,
    BookingPurpose,
    BookingState,
    FacilityStatus,
    SlotState,
    TimeZone,
    Topic,
)
from shared.scope import Place, Scope

_REFUSALS: Final[dict[str, type[ServiceError]]] = {
    "pk_booking": rules.BookingIdTakenError,
    "uq_booking_class": rules.ClassBookedError,
    "ex_booking_slot_space": rules.SpaceTakenError,
}
_OPEN: Final = (SlotState.REQUESTED, SlotState.APPROVED)
_TOPICS: Final = {
    BookingState.REQUESTED: Topic.BOOKING_REQUESTED,
    BookingState.APPROVED: Topic.BOOKING_APPROVED,
    BookingState.REFUSED: Topic.BOOKING_REFUSED,
    BookingState.CANCELLED: Topic.BOOKING_CANCELLED,
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Who wants a space for what, and when."""

    space_id: UUID
    ministry: str
    purpose: BookingPurpose
    people: int
    spans: Sequence[Span]
    id: UUID | None = None
    class_id: UUID | None = None
    participant_id: UUID | None = None
    agreement_id: UUID | None = None
    referral_id: UUID | None = None


def using_place(space: Space, ministry: str) -> Place:
    """Return where a booking lies for those who use the space."""
    return Place(
        province_code=space.province_code,
        regency_code=space.regency_code,
        facility_id=space.facility_id,
        co_ministry=ministry,
    )


def host_place(row: Booking | Space) -> Place:
    """Return where a booking lies for those whose space it is: who uses it decides nothing."""
    return Place(
        province_code=row.province_code,
        regency_code=row.regency_code,
        facility_id=row.facility_id,
        owner_ministry=row.owner_ministry,
    )


async def request_booking(
    session: AsyncSession, body: BookingCreate, *, scope: Scope, now: datetime
) -> Booking:
    """Ask for a space, on behalf of a ministry that the caller speaks for.

    Raises:
        SpaceNotFoundError: when there is no such space.
        OutOfScopeError: when its place, or the ministry that would use it, is not the caller's.
        SlotInvalidError, SlotCountError, SlotsOverlapError, SlotPastError: when the times are not
            sound.
        BookingIdTakenError, ClassBookedError: when it was asked for already.
        And what refuses a booking: see `check_wanted`.
    """
    site = await queries.get_site(session, body.space_id)
    check_within(scope, using_place(site.space, body.ministry))
    spans = _spans_of(body, zone=site.facility.time_zone)
    rules.check_ahead(spans, now=now)
    wanted = Wanted(
        id=body.id,
        space_id=body.space_id,
        ministry=body.ministry,
        purpose=BookingPurpose(body.purpose),
        people=body.people,
        spans=spans,
        class_id=body.class_id,
        participant_id=body.participant_id,
        agreement_id=body.agreement_id,
    )
    return await add_booking(session, site, wanted, state=BookingState.REQUESTED, now=now)


def _spans_of(body: BookingCreate, *, zone: TimeZone) -> list[Span]:
    if body.repeat is not None:
        return rules.in_order(rules.occurrences(body.repeat.weekly(), zone=zone))
    return rules.in_order(slot.span() for slot in body.slots or ())


async def check_wanted(session: AsyncSession, site: Site, wanted: Wanted) -> UUID | None:
    """Refuse what cannot be given; return the agreement by which another ministry may use it.

    Raises:
        SpaceClosedError, FacilityNotActiveError: when nobody can have it.
        OverCapacityError, OutsideHoursError: when it is too small or not open.
        AgreementMissingError: when the ministry has no agreement that allows it.
        SpaceTakenError: when somebody has it at that time.
    """
    if site.space.closed_at is not None:
        raise SpaceClosedError(pointer="/space_id")
    if site.facility.status is not FacilityStatus.ACTIVE:
        raise rules.FacilityNotActiveError(pointer="/space_id")
    hours = await hours_of(session, site.facility.id)
    rules.check_room(wanted.spans, people=wanted.people, capacity=site.space.capacity, hours=hours)
    agreement_id = await _agreement(session, site.facility, wanted)
    clashes = await queries.clashes_of(session, site.space.id, wanted.spans)
    if clashes:
        raise rules.taken(clashes)
    return agreement_id


async def _agreement(session: AsyncSession, facility: Facility, wanted: Wanted) -> UUID | None:
    if wanted.ministry == facility.owner_ministry and wanted.agreement_id is None:
        return None
    first, last = rules.local_days(wanted.spans, zone=facility.time_zone)
    found = await queries.find_covering(
        session,
        facility.id,
        ministry=wanted.ministry,
        first=first,
        last=last,
        agreement_id=wanted.agreement_id,
    )
    if found is None:
        raise rules.AgreementMissingError(pointer="/agreement_id")
    return found


async def add_booking(
    session: AsyncSession,
    site: Site,
    wanted: Wanted,
    *,
    state: BookingState,
    now: datetime,
    hold_until: datetime | None = None,
) -> Booking:
    """Write a booking that nothing refuses, and tell of it.

    Whoever gives the space at once (APPROVED) has locked it before.
    """
    agreement_id = await check_wanted(session, site, wanted)
    booking = new_booking(session, site.space, wanted, now=now)
    booking.agreement_id = agreement_id
    booking.state = state
    booking.hold_until = hold_until
    await store(session, booking, wanted.spans, state=SlotState(state))
    drafts = [moved(booking, wanted.spans, zone=site.facility.time_zone, before=None, now=now)]
    await emit_all(session, Event, drafts)
    return booking


def new_booking(session: AsyncSession, space: Space, wanted: Wanted, *, now: datetime) -> Booking:
    """Return a booking, still to be stored; where it lies follows the space."""
    return Booking(
        id=wanted.id or new_id(),
        space_id=space.id,
        facility_id=space.facility_id,
        province_code=space.province_code,
        regency_code=space.regency_code,
        owner_ministry=space.owner_ministry,
        co_ministry=wanted.ministry,
        purpose=wanted.purpose,
        class_id=wanted.class_id,
        participant_id=wanted.participant_id,
        referral_id=wanted.referral_id,
        people=wanted.people,
        starts_at=min(span.starts_at for span in wanted.spans),
        ends_at=max(span.ends_at for span in wanted.spans),
        requested_by=session.info["actor"].name,
        requested_at=now,
        version=1,
    )


async def store(
    session: AsyncSession, booking: Booking, spans: Sequence[Span], *, state: SlotState
) -> None:
    """Write a booking with its slots.

    Raises:
        BookingIdTakenError, ClassBookedError, SpaceTakenError: when the database refuses it.
    """
    session.add(booking)
    try:
        await session.flush()
        await session.execute(insert(BookingSlot), _slot_rows(booking, spans, state))
    except IntegrityError as error:
        raise translate(error, _REFUSALS) from error


def _slot_rows(booking: Booking, spans: Sequence[Span], state: SlotState) -> list[dict[str, Any]]:
    return [
        {
            "booking_id": booking.id,
            "position": position,
            "space_id": booking.space_id,
            "facility_id": booking.facility_id,
            "province_code": booking.province_code,
            "regency_code": booking.regency_code,
            "owner_ministry": booking.owner_ministry,
            "co_ministry": booking.co_ministry,
            "purpose": booking.purpose,
            "during": Range(span.starts_at, span.ends_at),
            "state": state,
        }
        for position, span in enumerate(spans)
    ]


async def approve_booking(
    session: AsyncSession, booking_id: UUID, *, scope: Scope, now: datetime
) -> Booking:
    """Give the space for all slots that were asked for and not cancelled since.

    Everything is judged again: since the request the space may have been given to another.

    Raises:
        BookingNotFoundError: when there is none within the scope.
        OutOfScopeError: when the space is not the caller's to give.
        BookingStateRefusedError: when it was decided already.
        And what refuses a booking: see `check_wanted`.
    """
    seen = await queries.get_booking(session, booking_id, scope=scope)
    check_within(scope, host_place(seen))
    site = await queries.get_site(session, seen.space_id, for_update=True)
    booking = await queries.get_booking_for_change(session, booking_id, scope=scope)
    rules.check_turn(present=booking.state, wanted=BookingState.APPROVED)
    spans = [
        Span(row.starts_at, row.ends_at)
        for row in await queries.slots_of(session, booking.id)
        if row.state is SlotState.REQUESTED
    ]
    wanted = Wanted(
        space_id=booking.space_id,
        ministry=booking.co_ministry,
        purpose=booking.purpose,
        people=booking.people,
        spans=spans,
        agreement_id=booking.agreement_id,
    )
    await check_wanted(session, site, wanted)
    await decide(session, booking, BookingState.APPROVED, zone=site.facility.time_zone, now=now)
    return booking


async def refuse_booking(
    session: AsyncSession, booking_id: UUID, *, reason: str, scope: Scope, now: datetime
) -> Booking:
    """Refuse a request, with the reason.

    Raises:
        BookingNotFoundError, OutOfScopeError, BookingStateRefusedError: as for an approval.
    """
    booking = await queries.get_booking_for_change(session, booking_id, scope=scope)
    check_within(scope, host_place(booking))
    rules.check_turn(present=booking.state, wanted=BookingState.REFUSED)
    booking.reason = reason
    zone = await queries.zone_of(session, booking.facility_id)
    await decide(session, booking, BookingState.REFUSED, zone=zone, now=now)
    return booking


async def cancel_booking(
    session: AsyncSession, booking_id: UUID, *, reason: str, scope: Scope, now: datetime
) -> Booking:
    """Cancel all slots that are not over; either side may.

    Raises:
        BookingNotFoundError: when there is none within the scope.
        BookingStateRefusedError: when it was refused or cancelled already.
        BookingOfClassError, BookingOfReferralError: when a class or a referral has it.
        SlotOverError: when all of it is over.
    """
    booking = await queries.get_booking_for_change(session, booking_id, scope=scope)
    rules.check_turn(present=booking.state, wanted=BookingState.CANCELLED)
    check_not_of_class(booking)
    if booking.state is BookingState.APPROVED and booking.ends_at <= now:
        raise rules.SlotOverError
    booking.reason = reason
    zone = await queries.zone_of(session, booking.facility_id)
    await decide(session, booking, BookingState.CANCELLED, zone=zone, now=now)
    return booking


def check_not_of_class(booking: Booking) -> None:
    """Refuse to take from a class what was given to it at once, without anybody's decision.

    Raises:
        BookingOfClassError: the class would be held without a space, and nobody would know.
        BookingOfReferralError: the same of the hours of a referral.
    """
    if booking.referral_id is not None:
        raise rules.BookingOfReferralError
    given = booking.state is BookingState.APPROVED and booking.decided_by is None
    if booking.purpose is BookingPurpose.CLASS and given:
        raise rules.BookingOfClassError


async def decide(
    session: AsyncSession,
    booking: Booking,
    state: BookingState,
    *,
    zone: TimeZone,
    now: datetime,
    topic: Topic | None = None,
) -> None:
    """Give a locked booking and its open slots another state, and tell so.

    What is over stays as it is: it was used or was not. Of a hold nothing ever began.

    Raises:
        SpaceTakenError: when the database knows of somebody who has the space.
    """
    conditions: list[ColumnElement[bool]] = [
        BookingSlot.booking_id == booking.id,
        BookingSlot.state.in_(_OPEN),
    ]
    if state is BookingState.CANCELLED and booking.hold_until is None:
        conditions.append(or_(BookingSlot.state == SlotState.REQUESTED, now < ENDS))
    before, booking.state, booking.hold_until = booking.state, state, None
    booking.decided_by, booking.decided_at = session.info["actor"].name, now
    booking.version += 1
    statement = (
        update(BookingSlot)
        .where(*conditions)
        .values(state=SlotState(state))
        .returning(STARTS, ENDS)
    )
    try:
        rows = (await session.execute(statement)).all()
    except IntegrityError as error:
        raise translate(error, _REFUSALS) from error
    spans = [Span(starts_at, ends_at) for starts_at, ends_at in rows]
    event = moved(booking, spans, zone=zone, before=before, now=now, topic=topic)
    await emit_all(session, Event, [event])


def moved(
    booking: Booking,
    spans: Sequence[Span],
    *,
    zone: TimeZone,
    before: BookingState | None,
    now: datetime,
    topic: Topic | None = None,
) -> Draft:
    """Return the event that tells of a booking's new state, and of the slots that went with it."""
    return Draft(
        topic=topic or _TOPICS[booking.state],
        stream_id=booking.id,
        event=BookingMoved(
            booking_id=booking.id,
            facility_id=booking.facility_id,
            space_id=booking.space_id,
            purpose=booking.purpose,
            class_id=booking.class_id,
            participant_id=booking.participant_id,
            owner_ministry=booking.owner_ministry,
            ministry=booking.co_ministry,
            people=booking.people,
            before=before,
            after=booking.state,
            slots=len(spans),
            minutes=rules.minutes_by_month(spans, zone=zone),
        ),
        place=place_of(booking),
        occurred_at=now,
        version=booking.version,
    )
