"""Reserve what a class takes, each within the caller's transaction."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.booking_slots.operations import use_slots_of_classes
from services.registry.bookings.queries import find_of_class
from services.registry.bookings.rules import Span, in_order, local_days
from services.registry.bookings.tables import Booking
from services.registry.class_bookings.operations import (
    ClassPlan,
    book_for_class,
    confirm_for_class,
    release_of_class,
)
from services.registry.class_checks.queries import find_resources, get_covering
from services.registry.class_reservations import rules
from services.registry.engagements.operations import engage, lock_engagement, release
from services.registry.engagements.queries import lock_class, module_of
from services.registry.engagements.rules import Period
from services.registry.opening_hours.queries import hours_of
from shared.schemas.registry import (
    ClassReservation,
    ClassReserved,
    ClassResources,
    ClassSession,
)
from shared.scope import Scope


async def reserve(
    session: AsyncSession, class_id: UUID, wanted: ClassReservation, *, scope: Scope, now: datetime
) -> ClassReserved:
    """Give a class its space and its instructors, until the hold ends unless it is confirmed.

    The same again changes nothing; anything else takes the place of what the class had before, in
    the same transaction.

    Raises:
        What refuses a class (see `find_resources`), a booking (see `check_wanted`) and an
        engagement (see `engage`); SessionsStartError, TimetableImpossibleError.
    """
    keeps = await module_of(session, class_id)
    resources = await find_resources(session, wanted, scope=scope, keeps=keeps)
    spans = await _spans(session, wanted, resources)
    _, last_day = local_days(spans, zone=resources.time_zone)
    await get_covering(session, wanted, last_day=last_day, hold=True)
    await lock_engagement(
        session,
        class_id,
        facility_id=wanted.facility_id,
        module_id=wanted.module_id,
        now=now,
    )
    own = wanted.ministry == resources.owner_ministry
    plan = ClassPlan(
        class_id=class_id,
        space_id=wanted.space_id,
        ministry=wanted.ministry,
        people=wanted.people,
        spans=spans,
        agreement_id=None if own else wanted.agreement_id,
    )
    booking = await book_for_class(session, plan, hold_until=now + rules.HOLD, scope=scope, now=now)
    # A ministry needs none for its own rooms, but the class is held under it all the same.
    booking.agreement_id = wanted.agreement_id
    await engage(
        session,
        class_id,
        facility_id=wanted.facility_id,
        module_id=wanted.module_id,
        instructor_ids=resources.instructor_ids,
        sessions=[Period(span.starts_at, span.ends_at) for span in spans],
        scope=scope,
        now=now,
    )
    return _reserved(resources, booking, spans)


async def try_reserve(
    session: AsyncSession, class_id: UUID, wanted: ClassReservation, *, scope: Scope, now: datetime
) -> ClassReserved:
    """Return what `reserve` would give a class, and leave everything as it is.

    Raises:
        What `reserve` raises.
    """
    attempt = await session.begin_nested()
    try:
        return await reserve(session, class_id, wanted, scope=scope, now=now)
    finally:
        await attempt.rollback()


async def _spans(
    session: AsyncSession, wanted: ClassReservation, resources: ClassResources
) -> list[Span]:
    if wanted.sessions is None:
        hours = await hours_of(session, wanted.facility_id)
        return rules.timetable(wanted.starts_at, lesson_hours=resources.module_hours, hours=hours)
    spans = in_order(Span(each.starts_at, each.ends_at) for each in wanted.sessions)
    rules.check_first(spans, starts_at=wanted.starts_at)
    return spans


def _reserved(resources: ClassResources, booking: Booking, spans: Sequence[Span]) -> ClassReserved:
    sessions = [ClassSession(starts_at=each.starts_at, ends_at=each.ends_at) for each in spans]
    return ClassReserved(
        **resources.model_dump(),
        booking_id=booking.id,
        sessions=sessions,
        hold_until=booking.hold_until,
    )


async def confirm(
    session: AsyncSession, class_id: UUID, *, booking_id: UUID, now: datetime
) -> None:
    """Let a class keep what it holds; confirmed again it changes nothing.

    Raises:
        ClassNotReservedError: when it never had it, or has it no longer.
    """
    booking = await find_of_class(session, class_id)
    if booking is None or booking.id != booking_id:
        raise rules.ClassNotReservedError
    await confirm_for_class(session, class_id, now=now)


async def give_up(
    session: AsyncSession, class_id: UUID, *, booking_id: UUID, now: datetime
) -> None:
    """Give up what a class has from now on; nothing happens when it is gone, or is another."""
    await lock_class(session, class_id)
    booking = await find_of_class(session, class_id)
    if booking is None or booking.id != booking_id:
        return
    await release_of_class(session, class_id, now=now)
    await release(session, class_id, now=now)


async def mark_held(session: AsyncSession, *, now: datetime, limit: int) -> int:
    """Count sessions as held that ended a day ago and of which nobody said otherwise.

    Whether a class met is seen by the facility, which says so where it did not (NO_SHOW).
    """
    return await use_slots_of_classes(session, ended_by=now - rules.SAID_BY, now=now, limit=limit)
