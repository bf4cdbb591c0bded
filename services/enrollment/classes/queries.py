"""Reads of classes."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, literal, select, text, union_all
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from services.enrollment.classes import rules
from services.enrollment.classes.rules import ClassUnknownError, Nearness
from services.enrollment.classes.schemas import ClassOffer, ClassRead
from services.enrollment.classes.tables import Class, Meeting
from services.enrollment.participants.queries import get_facts
from services.enrollment.programs.queries import get_program, terms_of
from services.enrollment.programs.rules import Refusal, refusal
from services.enrollment.waves.rules import SelectionMethod
from shared.db.within import place_of, within
from shared.schemas.enrollment import ClassCell, ClassState
from shared.schemas.registry import ClassReservation, ClassSession
from shared.scope import Scope


class ClassFilter(NamedTuple):
    """What a list of classes is narrowed to; None is no matter."""

    program_id: UUID | None = None
    wave_id: UUID | None = None
    facility_id: UUID | None = None
    state: Sequence[ClassState] | None = None


class OfferKey(NamedTuple):
    """Where a page of offers ended: how near, and which code."""

    tier: int
    code: str


# Near first; without an area everything is equally far.
_MOST_MEETINGS: Final = 200
_TIERS: Final = (Nearness.SAME_REGENCY, Nearness.SAME_PROVINCE, Nearness.ELSEWHERE)


async def get_class(session: AsyncSession, class_id: UUID, *, for_update: bool = False) -> Class:
    """Return one class, which everybody may see; locked and fresh when it is about to change.

    Raises:
        ClassUnknownError: when there is none.
    """
    found = await session.get(
        Class, class_id, with_for_update=for_update or None, populate_existing=for_update
    )
    if found is None:
        raise ClassUnknownError
    return found


async def lock_class(session: AsyncSession, class_id: UUID, *, scope: Scope) -> Class:
    """Return a class that `scope` may write, locked and fresh.

    Whoever may not write it is refused before the lock: a class moves with its facility
    only, and strangers with an id must not stand in line for a class that many want.

    Raises:
        ClassUnknownError: when there is none.
        OutsideScopeError: when it lies outside the scope.
    """
    rules.check_within(place_of(await get_class(session, class_id)), scope=scope)
    return await get_class(session, class_id, for_update=True)


async def find_class(session: AsyncSession, *, code: str) -> Class | None:
    """Return the class with a code."""
    return await session.scalar(select(Class).where(Class.code == code))


async def list_meetings(
    session: AsyncSession, class_id: UUID, *, after: int, limit: int
) -> Sequence[Meeting]:
    """Return up to `limit` sessions of a class that follow number `after`, in order."""
    statement = (
        select(Meeting)
        .where(Meeting.class_id == class_id, Meeting.position > after)
        .order_by(Meeting.position)
        .limit(limit)
    )
    return (await session.scalars(statement)).all()


def reservation_of(row: Class, sessions: list[ClassSession] | None) -> ClassReservation:
    """Return what the registry is to reserve for a class, planned or about to be."""
    return ClassReservation(
        facility_id=row.facility_id,
        space_id=row.space_id,
        agreement_id=row.agreement_id,
        module_id=row.module_id,
        instructor_ids=[each["id"] for each in row.instructors],
        starts_on=rules.local_day(row.starts_at, zone=row.time_zone),
        starts_at=row.starts_at,
        sessions=sessions,
        ministry=row.owner_ministry,
        people=row.capacity,
    )


class Unsettled(NamedTuple):
    """A class whose reservation is to be confirmed, or released where it was dropped."""

    booking_id: UUID
    dropped: bool
    wanted: ClassReservation


async def find_unsettled(session: AsyncSession, class_id: UUID) -> Unsettled | None:
    """Return what is left to settle with the registry about a class, if anything."""
    row = await session.get(Class, class_id)
    if row is None or row.booking_id is None:
        return None
    dropped = row.state is ClassState.CANCELLED
    if row.reserved_at is not None and not dropped:
        return None
    meetings = await list_meetings(session, class_id, after=0, limit=_MOST_MEETINGS)
    sessions = [ClassSession(starts_at=each.starts_at, ends_at=each.ends_at) for each in meetings]
    return Unsettled(row.booking_id, dropped, reservation_of(row, sessions or None))


async def list_unsettled(
    session: AsyncSession, *, after: UUID | None, limit: int
) -> Sequence[UUID]:
    """Return up to `limit` classes that follow `after` whose reservations are to be settled."""
    unsettled = text("booking_id IS NOT NULL AND (reserved_at IS NULL OR state = 'CANCELLED')")
    statement = select(Class.id).where(unsettled).order_by(Class.id).limit(limit)
    if after is not None:
        statement = statement.where(Class.id > after)
    return (await session.scalars(statement)).all()


async def list_classes(
    session: AsyncSession, *, scope: Scope, narrowed: ClassFilter, after: str | None, limit: int
) -> Sequence[Class]:
    """Return up to `limit` classes within the caller's scope in the order of their codes."""
    statement = select(Class).where(within(scope, Class)).order_by(Class.code).limit(limit)
    for column, value in (
        (Class.program_id, narrowed.program_id),
        (Class.wave_id, narrowed.wave_id),
        (Class.facility_id, narrowed.facility_id),
    ):
        if value is not None:
            statement = statement.where(column == value)
    if narrowed.state:
        statement = statement.where(Class.state.in_(narrowed.state))
    if after is not None:
        statement = statement.where(Class.code > after)
    return (await session.scalars(statement)).all()


def is_open(of: type[Class], *, now: datetime) -> ColumnElement[bool]:
    """Return the condition that a claim made `now` would be seated, as the seat desk judges it."""
    return (
        (of.state == ClassState.PLANNED)
        & (of.opens_at <= now)
        & (of.closes_at > now)
        & ((of.waiting == 0) | (of.promote_until <= now))
        & (of.taken < of.capacity)
        & ((of.selection == SelectionMethod.FIRST_COME) | of.announced_at.is_not(None))
    )


def _tier(
    tier: int, *, wave_id: UUID, near: str | None, after: OfferKey | None
) -> Select[UUID, int, str] | None:
    """Return the statement of one degree of nearness, or None when the page begins after it."""
    if after is not None and tier < after.tier:
        return None
    statement = select(Class.id, literal(tier).label("tier"), Class.code).where(
        Class.wave_id == wave_id
    )
    if after is not None and tier == after.tier:
        statement = statement.where(Class.code > after.code)
    if near is None:
        return statement if tier == len(_TIERS) - 1 else None
    province, regency = near[:2], near[:5]
    place = {
        Nearness.SAME_REGENCY: Class.regency_code == regency,
        Nearness.SAME_PROVINCE: (Class.province_code == province) & (Class.regency_code != regency),
        Nearness.ELSEWHERE: Class.province_code != province,
    }
    return statement.where(place[_TIERS[tier]])


async def list_offers(
    session: AsyncSession,
    *,
    wave_id: UUID,
    near: str | None,
    only_open: bool,
    after: OfferKey | None,
    limit: int,
    now: datetime,
) -> list[tuple[OfferKey, ClassOffer]]:
    """Return up to `limit` classes of a wave: same regency, same province, then the rest, by code.

    `near` is an area code of any level. `only_open` leaves those that would seat a claim made
    `now`. Every degree of nearness reads its own index and no more than a page.
    """
    tiers = [_tier(tier, wave_id=wave_id, near=near, after=after) for tier in range(len(_TIERS))]
    narrowed = [
        (each.where(is_open(Class, now=now)) if only_open else each)
        .order_by(Class.code)
        .limit(limit)
        for each in tiers
        if each is not None
    ]
    found = union_all(*(each.subquery().select() for each in narrowed)).subquery()
    page = select(found).order_by(found.c.tier, found.c.code).limit(limit).subquery()
    offered = aliased(Class)
    rows = await session.execute(
        select(offered, page.c.tier)
        .join(page, page.c.id == offered.id)
        .order_by(page.c.tier, page.c.code)
    )
    return [(OfferKey(tier, row.code), offer_of(row, near=near, now=now)) for row, tier in rows]


def offer_of(row: Class, *, near: str | None, now: datetime) -> ClassOffer:
    """Return a class as somebody sees it who looks for a place `now`."""
    promotes = rules.promotes(promote_until=row.promote_until, now=now)
    values = {name: getattr(row, name) for name in ClassOffer.model_fields if hasattr(row, name)}
    return ClassOffer(
        **values,
        free_seats=rules.free_seats(
            capacity=row.capacity, taken=row.taken, waiting=row.waiting, promotes=promotes
        ),
        waitlist_room=rules.waitlist_room(
            reserve_capacity=row.reserve_capacity, waiting=row.waiting, promotes=promotes
        ),
        nearness=rules.nearness(
            near=near, province_code=row.province_code, regency_code=row.regency_code
        ),
    )


def read_of(row: Class) -> ClassRead:
    """Return a class as its API shows it: instructors by id alone."""
    values = {name: getattr(row, name) for name in ClassRead.model_fields if hasattr(row, name)}
    return ClassRead(**values, instructor_ids=[each["id"] for each in row.instructors])


def cell_of(row: Class) -> ClassCell:
    """Return what figures can cut the class by, as it is now."""
    return ClassCell(
        program_id=row.program_id,
        wave_id=row.wave_id,
        facility_id=row.facility_id,
        province_code=row.province_code,
        regency_code=row.regency_code,
        time_zone=row.time_zone,
        facility_kind=row.facility_kind,
        host_ministry=row.host_ministry,
        starts_at=row.starts_at,
        state=row.state,
        trade=row.trade,
    )


async def judge_eligibility(
    session: AsyncSession, *, class_id: UUID, participant_id: UUID, scope: Scope, on: date
) -> Refusal | None:
    """Return why a person may not join a class's programme on a day, or None when it may.

    The caller's scope admits the person, or the class that the person would sit in.

    Raises:
        ClassUnknownError: when there is no such class.
        ParticipantUnknownError: when the scope admits neither.
    """
    wanted = await get_class(session, class_id)
    person = await get_facts(session, participant_id, scope=scope, host=place_of(wanted))
    program = await get_program(session, wanted.program_id)
    return refusal(terms_of(program), person, on=on)
