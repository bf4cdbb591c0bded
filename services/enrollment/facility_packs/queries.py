"""Reads of packs, in a few statements however many classes there are."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.attendance.queries import OnRoll, meetings_of, roll_of, rows_of
from services.enrollment.attendance.schemas import RosterRow
from services.enrollment.classes.tables import Class, Meeting
from services.enrollment.facility_packs.rules import (
    MOST_CLASSES,
    SILENT_DAYS,
    FacilityUnknownError,
)
from services.enrollment.facility_packs.schemas import FacilityPack, PackClass, PackSession
from services.enrollment.merged_facilities.queries import find_stay
from services.enrollment.programs.tables import Program
from services.enrollment.sheets.queries import entries_of_classes, sheets_of
from services.enrollment.sheets.tables import Sheet, SheetEntry
from shared.db.within import within
from shared.schemas.enrollment import ClassState
from shared.scope import Scope

Row = TypeVar("Row", Meeting, Sheet, SheetEntry)


async def read_pack(
    session: AsyncSession, facility_id: UUID, *, scope: Scope, days: int, now: datetime
) -> FacilityPack:
    """Return the running classes of a facility, and those that start within so many days.

    One that was merged answers as the one that stayed, whose id stands in the pack.

    Raises:
        FacilityUnknownError: when the scope neither names the facility nor admits a class of it.
    """
    stays = await find_stay(session, facility_id)
    found = await _classes(session, stays, scope=scope, days=days, now=now)
    if not found:
        await check_runs(session, facility_id, scope=scope)
    ids = [class_.id for class_, _ in found[:MOST_CLASSES]]
    meetings = _by_class(await meetings_of(session, ids))
    sheets = {(each.class_id, each.position): each for each in await sheets_of(session, ids)}
    people = await _people(session, ids, scope=scope)
    return FacilityPack(
        facility_id=stays,
        classes=[
            _pack(
                class_,
                program,
                sessions=[_session(each, sheets) for each in meetings[class_.id]],
                people=people[class_.id],
            )
            for class_, program in found[:MOST_CLASSES]
        ],
        complete=len(found) <= MOST_CLASSES,
    )


async def _classes(
    session: AsyncSession, facility_id: UUID, *, scope: Scope, days: int, now: datetime
) -> Sequence[tuple[Class, Program]]:
    soon = (
        (Class.state == ClassState.PLANNED)
        & (Class.starts_at > now - timedelta(days=SILENT_DAYS))
        & (Class.starts_at <= now + timedelta(days=days))
    )
    statement = (
        select(Class, Program)
        .join(Program, Program.id == Class.program_id)
        .where(
            Class.facility_id == facility_id,
            within(scope, Class),
            (Class.state == ClassState.OPENED) | soon,
        )
        .order_by(Class.starts_at, Class.id)
        .limit(MOST_CLASSES + 1)
    )
    return [(row[0], row[1]) for row in (await session.execute(statement)).all()]


async def check_runs(session: AsyncSession, facility_id: UUID, *, scope: Scope) -> None:
    """Refuse whoever runs no class at a facility, or at the one that it was merged into.

    Raises:
        FacilityUnknownError: when the scope neither names it nor admits a class of it.
    """
    stays = await find_stay(session, facility_id)
    if any({facility_id, stays} & set(reach.facilities) for reach in scope.reaches):
        return
    statement = select(Class.id).where(Class.facility_id == stays, within(scope, Class)).limit(1)
    if await session.scalar(statement) is None:
        raise FacilityUnknownError


async def _people(
    session: AsyncSession, class_ids: Sequence[UUID], *, scope: Scope
) -> dict[UUID, list[RosterRow]]:
    people: dict[UUID, list[OnRoll]] = defaultdict(list)
    for row, name in (await session.execute(roll_of(class_ids, scope=scope))).all():
        people[row.class_id].append(OnRoll(row, name))
    entries = _by_class(await entries_of_classes(session, class_ids))
    return {each: rows_of(people[each], entries[each]) for each in class_ids}


def _by_class(rows: Iterable[Row]) -> dict[UUID, list[Row]]:
    found: dict[UUID, list[Row]] = defaultdict(list)
    for row in rows:
        found[row.class_id].append(row)
    return found


def _session(meeting: Meeting, sheets: dict[tuple[UUID, int], Sheet]) -> PackSession:
    sheet = sheets.get((meeting.class_id, meeting.position))
    return PackSession(
        position=meeting.position,
        starts_at=meeting.starts_at,
        ends_at=meeting.ends_at,
        taken_at=None if sheet is None else sheet.taken_at,
        version=None if sheet is None else sheet.version,
    )


def _pack(
    class_: Class, program: Program, *, sessions: list[PackSession], people: list[RosterRow]
) -> PackClass:
    own = {name: getattr(class_, name) for name in PackClass.model_fields if hasattr(class_, name)}
    return PackClass(
        **own,
        min_attendance_percent=program.min_attendance_percent,
        late_minutes=program.late_minutes,
        attendance_lock_days=program.attendance_lock_days,
        sessions=sessions,
        people=people,
    )
