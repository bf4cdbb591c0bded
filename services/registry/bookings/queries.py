"""Reads of bookings, each within the caller's scope; whether a space is busy is nation-wide."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    DateTime,
    Row,
    Select,
    func,
    literal_column,
    select,
    text,
    tuple_,
)
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.agreements.queries import covers, has_ministry, holds
from services.registry.agreements.tables import Agreement
from services.registry.bookings.rules import LONGEST_SERIES, BookingNotFoundError, Span
from services.registry.bookings.tables import Booking, BookingSlot
from services.registry.facilities.tables import Facility
from services.registry.spaces.rules import SpaceNotFoundError
from services.registry.spaces.tables import Space
from shared.db.within import within
from shared.schemas.registry import BookingPurpose, BookingState, SlotState, TimeZone
from shared.scope import Scope

# Literals, so that any plan may use the indexes that hold these states only.
HOLDING: Final[ColumnElement[bool]] = BookingSlot.state.in_(
    [literal_column("'APPROVED'"), literal_column("'USED'")]
)
LIVE: Final[ColumnElement[bool]] = Booking.state.in_(
    [literal_column("'REQUESTED'"), literal_column("'APPROVED'")]
)
STARTS: Final[ColumnElement[datetime]] = func.lower(
    BookingSlot.during, type_=DateTime(timezone=True)
)
ENDS: Final[ColumnElement[datetime]] = func.upper(BookingSlot.during, type_=DateTime(timezone=True))

# One search of the index a range, however many there are.
_CLASHES: Final = text(
    """
    SELECT DISTINCT lower(slot.during) AS starts_at, upper(slot.during) AS ends_at
    FROM unnest(CAST(:starts AS timestamptz[]), CAST(:ends AS timestamptz[])) AS wanted (a, b)
    JOIN registry.booking_slot AS slot ON slot.space_id = :space_id
        AND slot.state IN ('APPROVED', 'USED') AND slot.during && tstzrange(wanted.a, wanted.b)
    """
)


@dataclass(frozen=True, slots=True)
class Site:
    """A space and the facility that it belongs to."""

    space: Space
    facility: Facility


@dataclass(frozen=True, slots=True)
class BookingFilter:
    """What a list of bookings is narrowed to; those that touch the time from `since` to `until`."""

    facility_id: UUID | None = None
    space_id: UUID | None = None
    states: Sequence[BookingState] = field(default=())
    since: datetime | None = None
    until: datetime | None = None


async def get_site(session: AsyncSession, space_id: UUID, *, for_update: bool = False) -> Site:
    """Return a space and its facility.

    `for_update` locks the space: whoever gives it to somebody comes one after the other, because
    two that meet in the exclusion constraint would wait for each other. Before that it shares a
    lock of the facility, so that nobody closes or suspends it meanwhile.

    Raises:
        SpaceNotFoundError: when there is none of this id.
    """
    statement = (
        select(Space, Facility)
        .join(Facility, Facility.id == Space.facility_id)
        .where(Space.id == space_id)
    )
    if for_update:
        of_space = select(Space.facility_id).where(Space.id == space_id).scalar_subquery()
        facility = select(Facility.id).where(Facility.id == of_space)
        await session.execute(facility.with_for_update(read=True))
        statement = statement.with_for_update(of=Space, key_share=True).execution_options(
            populate_existing=True
        )
    row = (await session.execute(statement)).one_or_none()
    if row is None:
        raise SpaceNotFoundError
    return Site(row.Space, row.Facility)


async def zone_of(session: AsyncSession, facility_id: UUID) -> TimeZone:
    """Return the time zone of a facility."""
    statement = select(Facility.time_zone).where(Facility.id == facility_id)
    return (await session.execute(statement)).scalar_one()


async def clashes_of(
    session: AsyncSession, space_id: UUID, spans: Iterable[Span]
) -> Sequence[Span]:
    """Return the ranges, approved or used, that overlap any of `spans` in a space."""
    wanted = list(spans)
    rows = await session.execute(
        _CLASHES,
        {
            "space_id": space_id,
            "starts": [span.starts_at for span in wanted],
            "ends": [span.ends_at for span in wanted],
        },
    )
    return [Span(starts_at, ends_at) for starts_at, ends_at in rows.all()]


async def find_covering(
    session: AsyncSession,
    facility_id: UUID,
    *,
    ministry: str,
    first: date,
    last: date,
    agreement_id: UUID | None,
) -> UUID | None:
    """Return an agreement in force all that time that lets `ministry` use the facility.

    `agreement_id` is the only one to be considered, when given.
    """
    statement = (
        select(Agreement.id)
        .where(holds(first, last), covers(facility_id, first, last), has_ministry(ministry))
        .order_by(Agreement.valid_from, Agreement.id)
        .limit(1)
    )
    if agreement_id is not None:
        statement = statement.where(Agreement.id == agreement_id)
    return (await session.execute(statement)).scalar_one_or_none()


def _bookings(scope: Scope, *, write: bool = False) -> Select[Booking]:
    """Return the statement of bookings within a scope; what is out of service is none."""
    return select(Booking).where(
        Booking.purpose != BookingPurpose.CLOSURE, within(scope, Booking, write=write)
    )


async def get_booking(session: AsyncSession, booking_id: UUID, *, scope: Scope) -> Booking:
    """Return one booking.

    Raises:
        BookingNotFoundError: when there is none of this id within the scope.
    """
    statement = _bookings(scope).where(Booking.id == booking_id)
    booking = (await session.scalars(statement)).one_or_none()
    if booking is None:
        raise BookingNotFoundError
    return booking


async def get_booking_for_change(
    session: AsyncSession, booking_id: UUID, *, scope: Scope
) -> Booking:
    """Return one booking that the caller may change, locked until the transaction ends.

    Raises:
        BookingNotFoundError: when there is none of this id within the scope.
    """
    statement = (
        _bookings(scope, write=True)
        .where(Booking.id == booking_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    booking = (await session.scalars(statement)).one_or_none()
    if booking is None:
        raise BookingNotFoundError
    return booking


async def find_of_class(session: AsyncSession, class_id: UUID) -> Booking | None:
    """Return the booking that a class has at present, locked until the transaction ends."""
    statement = (
        select(Booking)
        .where(Booking.class_id == class_id, LIVE)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return (await session.scalars(statement)).one_or_none()


async def find_of_referral(session: AsyncSession, referral_id: UUID) -> Booking | None:
    """Return the booking that a referral has at present, locked until the transaction ends."""
    statement = (
        select(Booking)
        .where(Booking.referral_id == referral_id, LIVE)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return (await session.scalars(statement)).one_or_none()


async def lapsed_referrals(session: AsyncSession, *, now: datetime, limit: int) -> Sequence[UUID]:
    """Return up to `limit` referrals whose hours were held and not confirmed in time."""
    statement = (
        select(Booking.referral_id)
        .where(Booking.hold_until <= now, Booking.referral_id.is_not(None))
        .order_by(Booking.hold_until)
        .limit(limit)
    )
    return [each for each in (await session.scalars(statement)).all() if each is not None]


async def lapsed_classes(session: AsyncSession, *, now: datetime, limit: int) -> Sequence[UUID]:
    """Return up to `limit` classes whose space was held and not confirmed in time."""
    statement = (
        select(Booking.class_id)
        .where(Booking.hold_until <= now, Booking.class_id.is_not(None))
        .order_by(Booking.hold_until)
        .limit(limit)
    )
    return [each for each in (await session.scalars(statement)).all() if each is not None]


async def classes_over(
    session: AsyncSession, *, ended_by: datetime, limit: int
) -> Sequence[Booking]:
    """Return bookings of classes with approved slots that ended by then, locked.

    Those that are only held, or that somebody else is changing, are left out.
    """
    # As it stands in the index, whatever plan is made.
    due = text("state = 'APPROVED' AND purpose = 'CLASS'")
    over = select(BookingSlot.booking_id).where(due, ended_by >= ENDS).distinct()
    statement = (
        select(Booking)
        .where(Booking.id.in_(over), Booking.hold_until.is_(None))
        .limit(limit)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    return (await session.scalars(statement)).all()


async def list_bookings(
    session: AsyncSession,
    wanted: BookingFilter,
    *,
    scope: Scope,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> Sequence[Booking]:
    """Return up to `limit` bookings that follow `after`, in the order of their first slots."""
    order = (Booking.starts_at, Booking.id)
    statement = _bookings(scope).where(*_conditions(wanted)).order_by(*order).limit(limit)
    if after is not None:
        statement = statement.where(tuple_(*order) > after)
    return (await session.scalars(statement)).all()


def _conditions(wanted: BookingFilter) -> Iterable[ColumnElement[bool]]:
    if wanted.facility_id is not None:
        yield Booking.facility_id == wanted.facility_id
    if wanted.space_id is not None:
        yield Booking.space_id == wanted.space_id
    if wanted.states:
        yield Booking.state.in_(wanted.states)
    if wanted.until is not None:
        yield Booking.starts_at < wanted.until
    if wanted.since is not None:
        # A series ends within a year of its first slot: a range, which the index serves.
        yield Booking.starts_at > wanted.since - LONGEST_SERIES
        yield Booking.ends_at > wanted.since


async def slots_of(
    session: AsyncSession, booking_id: UUID
) -> Sequence[Row[int, datetime, datetime, SlotState]]:
    """Return the slots of a booking in order: position, starts_at, ends_at, state."""
    statement = (
        select(
            BookingSlot.position,
            STARTS.label("starts_at"),
            ENDS.label("ends_at"),
            BookingSlot.state,
        )
        .where(BookingSlot.booking_id == booking_id)
        .order_by(BookingSlot.position)
    )
    return (await session.execute(statement)).all()


async def busy_ranges(
    session: AsyncSession,
    space_id: UUID,
    *,
    within_span: Span,
    after: datetime | None,
    limit: int,
) -> Sequence[Row[datetime, datetime, BookingPurpose]]:
    """Return up to `limit` ranges at which a space is taken, in order, that follow `after`."""
    wanted = Range(within_span.starts_at, within_span.ends_at)
    statement = (
        select(STARTS.label("starts_at"), ENDS.label("ends_at"), BookingSlot.purpose)
        .where(
            BookingSlot.space_id == space_id,
            HOLDING,
            BookingSlot.during.overlaps(wanted),
        )
        .order_by(STARTS)
        .limit(limit)
    )
    if after is not None:
        statement = statement.where(after < STARTS)
    return (await session.execute(statement)).all()
