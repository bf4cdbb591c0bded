"""Reads of engagements, each of an instructor within the caller's scope."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Boolean, ColumnElement, Uuid, any_, exists, func, literal, or_, select
from sqlalchemy.dialects.postgresql import ARRAY, TSTZMULTIRANGE, TSTZRANGE, Range
from sqlalchemy.dialects.postgresql.ranges import MultiRange
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.engagements.rules import Clash, Period
from services.registry.engagements.tables import Engagement, EngagementSlot
from services.registry.facilities.tables import Facility
from services.registry.instructors.queries import certified, instructors_page
from services.registry.instructors.tables import Instructor
from services.registry.opening_hours.rules import ZONES
from shared.scope import Scope


def range_of(period: Period) -> Range[datetime]:
    """Return a period as PostgreSQL keeps it: its end is not part of it."""
    return Range(period.starts_at, period.ends_at, bounds="[)")


def _period(during: Range[datetime]) -> Period:
    if during.lower is None or during.upper is None:
        raise ValueError("an engagement has a beginning and an end")
    return Period(during.lower, during.upper)


def _overlaps(period: Period) -> ColumnElement[bool]:
    return EngagementSlot.during.op("&&", is_comparison=True, return_type=Boolean())(
        literal(range_of(period), TSTZRANGE)
    )


@dataclass(frozen=True, slots=True)
class InstructorFilter:
    """What a list of instructors is narrowed to.

    `free` are hours in which she teaches nowhere, `days` the days on which a certificate holds;
    she is in service on the last of them.
    """

    facility_id: UUID | None = None
    competence: str | None = None
    free: Period | None = None
    certified_on: tuple[date, date] | None = None
    serving_on: date | None = None


async def list_instructors(
    session: AsyncSession,
    *,
    scope: Scope,
    wanted: InstructorFilter,
    after: str | None,
    limit: int,
) -> Sequence[Instructor]:
    """Return up to `limit` instructors within `scope` that follow code `after`, in that order."""
    statement = instructors_page(
        scope,
        facility_id=wanted.facility_id,
        competence=wanted.competence,
        after=after,
        limit=limit,
    )
    if wanted.free is not None:
        busy = exists().where(EngagementSlot.instructor_id == Instructor.id, _overlaps(wanted.free))
        statement = statement.where(~busy)
    if wanted.serving_on is not None:
        statement = statement.where(
            or_(Instructor.left_on.is_(None), Instructor.left_on >= wanted.serving_on)
        )
    if wanted.certified_on is not None:
        first_day, last_day = wanted.certified_on
        statement = statement.where(
            certified(wanted.competence, first_day=first_day, last_day=last_day)
        )
    return (await session.scalars(statement)).all()


class Slot(NamedTuple):
    """A session for which an instructor is engaged, and by which class."""

    class_id: UUID
    facility_id: UUID
    module_id: UUID
    starts_at: datetime
    ends_at: datetime


async def list_engagements(
    session: AsyncSession,
    instructor_id: UUID,
    *,
    ends_after: datetime | None,
    after: datetime | None,
    limit: int,
) -> list[Slot]:
    """Return up to `limit` sessions of an instructor in the order in which they start.

    `ends_after` leaves out what is over by then.
    """
    start = func.lower(EngagementSlot.during)
    statement = (
        select(
            EngagementSlot.class_id,
            Engagement.facility_id,
            Engagement.module_id,
            start.label("starts_at"),
            func.upper(EngagementSlot.during).label("ends_at"),
        )
        .join(Engagement, Engagement.class_id == EngagementSlot.class_id)
        .where(EngagementSlot.instructor_id == instructor_id)
        .order_by(start)
        .limit(limit)
    )
    if ends_after is not None:
        statement = statement.where(func.upper(EngagementSlot.during) > ends_after)
    if after is not None:
        statement = statement.where(start > after)
    return [Slot(*row) for row in (await session.execute(statement)).all()]


async def periods_within(
    session: AsyncSession, instructor_id: UUID, window: Period
) -> list[tuple[UUID, Period]]:
    """Return class and hours of every session of an instructor that touches `window`."""
    statement = select(EngagementSlot.class_id, EngagementSlot.during).where(
        EngagementSlot.instructor_id == instructor_id, _overlaps(window)
    )
    return [(row.class_id, _period(row.during)) for row in (await session.execute(statement)).all()]


async def zone_of(session: AsyncSession, instructor: Instructor) -> ZoneInfo:
    """Return the time zone of an instructor's home facility."""
    statement = select(Facility.time_zone).where(Facility.id == instructor.home_facility_id)
    return ZONES[(await session.scalars(statement)).one()]


async def engaged_after(
    session: AsyncSession, instructor_id: UUID, moment: datetime
) -> Clash | None:
    """Return the first session of an instructor that ends after `moment`."""
    slots = await list_engagements(session, instructor_id, ends_after=moment, after=None, limit=1)
    return next(
        (Clash(instructor_id, Period(each.starts_at, each.ends_at)) for each in slots), None
    )


async def lock_class(session: AsyncSession, class_id: UUID) -> None:
    """Let nobody else change what a class engages, or books, until the transaction ends.

    Whoever changes both begins here, so that no two wait for each other.
    """
    await session.execute(
        select(Engagement.class_id).where(Engagement.class_id == class_id).with_for_update()
    )


async def module_of(session: AsyncSession, class_id: UUID) -> UUID | None:
    """Return the version of a module that a class is engaged for, if it engages anybody."""
    statement = select(Engagement.module_id).where(
        Engagement.class_id == class_id,
        exists().where(EngagementSlot.class_id == class_id),
    )
    found: UUID | None = await session.scalar(statement)
    return found


async def slots_of(session: AsyncSession, class_id: UUID) -> set[tuple[UUID, Period]]:
    """Return whom a class engages, and when."""
    statement = select(EngagementSlot.instructor_id, EngagementSlot.during).where(
        EngagementSlot.class_id == class_id
    )
    rows = (await session.execute(statement)).all()
    return {(row.instructor_id, _period(row.during)) for row in rows}


async def clashes(
    session: AsyncSession,
    class_id: UUID,
    *,
    instructor_ids: Iterable[UUID],
    sessions: Iterable[Period],
) -> list[Clash]:
    """Return when other classes engage these instructors in the hours of `sessions`."""
    wanted = literal(list(instructor_ids), ARRAY(Uuid()))
    hours = literal(MultiRange(range_of(each) for each in sessions), TSTZMULTIRANGE)
    statement = (
        select(EngagementSlot.instructor_id, EngagementSlot.during)
        .where(
            EngagementSlot.instructor_id == any_(wanted),
            EngagementSlot.during.op("&&", is_comparison=True)(hours),
            EngagementSlot.class_id != class_id,
        )
        .order_by(EngagementSlot.instructor_id, func.lower(EngagementSlot.during))
        .limit(20)
    )
    rows = (await session.execute(statement)).all()
    return [Clash(row.instructor_id, _period(row.during)) for row in rows]
