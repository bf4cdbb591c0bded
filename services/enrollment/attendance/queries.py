"""Reads of attendance: who is on the roll of a class, and what was said of them."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import groupby
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.attendance.rules import (
    SEATED,
    SessionUnknownError,
    SheetUnknownError,
    masked_name,
)
from services.enrollment.attendance.schemas import AttendanceSummary, MarkRead, RosterRow
from services.enrollment.classes.queries import get_class
from services.enrollment.classes.rules import ClassUnknownError, local_day
from services.enrollment.classes.tables import Class, Meeting
from services.enrollment.enrollments.tables import Enrollment
from services.enrollment.participants.tables import Participant
from services.enrollment.programs.queries import get_program
from services.enrollment.sheets.queries import entries_of, find_sheet, mark_of
from services.enrollment.sheets.rules import PassingRule, is_passing, standing_of
from services.enrollment.sheets.tables import Sheet, SheetEntry
from shared.db.within import within
from shared.scope import Scope


class OnRoll(NamedTuple):
    """Somebody who holds a seat of a class."""

    enrollment: Enrollment
    name: str


async def get_meeting(session: AsyncSession, class_id: UUID, position: int) -> Meeting:
    """Return one session of a class's timetable.

    Raises:
        SessionUnknownError: when it has no such session.
    """
    found = await session.get(Meeting, (class_id, position))
    if found is None:
        raise SessionUnknownError
    return found


async def meetings_of(session: AsyncSession, class_ids: Sequence[UUID]) -> Sequence[Meeting]:
    """Return the sessions of some classes, by class and in order."""
    statement = (
        select(Meeting)
        .where(Meeting.class_id.in_(class_ids))
        .order_by(Meeting.class_id, Meeting.position)
    )
    return (await session.scalars(statement)).all()


async def get_sheet(session: AsyncSession, class_id: UUID, position: int, *, scope: Scope) -> Sheet:
    """Return the roll call of a session of a class within the scope.

    Raises:
        ClassUnknownError: when there is no such class within the scope.
        SheetUnknownError: when the roll has not been called.
    """
    seen = select(Class.id).where(Class.id == class_id, within(scope, Class))
    if await session.scalar(seen) is None:
        raise ClassUnknownError
    sheet = await find_sheet(session, class_id, position)
    if sheet is None:
        raise SheetUnknownError
    return sheet


def roll_of(class_ids: Sequence[UUID], *, scope: Scope) -> Select[Enrollment, str]:
    """Return the statement of those who hold a seat in some classes, with their names, by id."""
    return (
        select(Enrollment, Participant.name)
        .join(Participant, Participant.id == Enrollment.participant_id)
        .where(
            Enrollment.class_id.in_(class_ids),
            Enrollment.state.in_(SEATED),
            within(scope, Enrollment),
        )
        .order_by(Enrollment.class_id, Enrollment.id)
    )


async def list_roll(
    session: AsyncSession, class_id: UUID, *, scope: Scope, after: UUID | None, limit: int
) -> list[OnRoll]:
    """Return up to `limit` of those who hold a seat of a class and follow `after`, by id."""
    statement = roll_of([class_id], scope=scope).limit(limit)
    if after is not None:
        statement = statement.where(Enrollment.id > after)
    return [OnRoll(row[0], row[1]) for row in (await session.execute(statement)).all()]


def rows_of(people: Iterable[OnRoll], entries: Iterable[SheetEntry]) -> list[RosterRow]:
    """Return those people with what was said of them; `entries` come by person and session."""
    said = {
        person: [MarkRead.model_validate(entry) for entry in group]
        for person, group in groupby(entries, key=lambda entry: entry.enrollment_id)
    }
    return [
        RosterRow(
            enrollment_id=row.id,
            version=row.version,
            name=masked_name(name),
            state=row.state,
            presence=row.presence,
            marks=said.get(row.id, []),
        )
        for row, name in people
    ]


async def list_rows(
    session: AsyncSession, class_id: UUID, *, scope: Scope, after: UUID | None, limit: int
) -> list[RosterRow]:
    """Return a page of the class's sheet: persons by sessions."""
    people = await list_roll(session, class_id, scope=scope, after=after, limit=limit)
    ids = [each.enrollment.id for each in people]
    return rows_of(people, await entries_of(session, class_id, ids))


async def list_summaries(
    session: AsyncSession,
    class_id: UUID,
    *,
    scope: Scope,
    after: UUID | None,
    limit: int,
    now: datetime,
) -> list[AttendanceSummary]:
    """Return how up to `limit` people of a class stand by their programme's rule.

    Raises:
        ClassUnknownError: when there is no such class.
    """
    class_ = await get_class(session, class_id)
    program = await get_program(session, class_.program_id)
    rule = PassingRule(program.min_attendance_percent, program.late_minutes)
    meetings = await meetings_of(session, [class_id])
    people = await list_roll(session, class_id, scope=scope, after=after, limit=limit)
    ids = [each.enrollment.id for each in people]
    said: dict[UUID, list[SheetEntry]] = {each: [] for each in ids}
    for entry in await entries_of(session, class_id, ids):
        said[entry.enrollment_id].append(entry)
    days = {each.position: local_day(each.starts_at, zone=class_.time_zone) for each in meetings}
    begun = sum(each.starts_at <= now for each in meetings)
    found = []
    for row, name in people:
        told = said[row.id]
        standing = standing_of(((days[each.position], mark_of(each)) for each in told), rule=rule)
        found.append(
            AttendanceSummary(
                enrollment_id=row.id,
                name=masked_name(name),
                state=row.state,
                present=standing.present,
                late=standing.late,
                excused=standing.excused,
                absent=standing.absent,
                unreported=max(0, begun - len(told)),
                counted=standing.counted,
                attended=standing.attended,
                share_percent=standing.share_percent,
                min_percent=rule.min_percent,
                passing=is_passing(standing, rule=rule),
                days_attended=len(standing.days),
                days=list(standing.days),
            )
        )
    return found
