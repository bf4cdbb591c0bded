"""The roll call of a session, taken and corrected within the caller's transaction."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.attendance import rules
from services.enrollment.attendance.queries import get_meeting, meetings_of
from services.enrollment.attendance.schemas import RollCall, SheetRead
from services.enrollment.base import Event
from services.enrollment.classes.queries import lock_class
from services.enrollment.classes.rules import local_day
from services.enrollment.classes.tables import Class, Meeting
from services.enrollment.enrollments.queries import enrollments_in_state
from services.enrollment.enrollments.tables import Enrollment
from services.enrollment.openings.rules import check_roll
from services.enrollment.programs.queries import get_program
from services.enrollment.sheets.queries import (
    entries_of_session,
    entries_of_sessions,
    find_sheet,
    mark_of,
    sheets_of_sessions,
)
from services.enrollment.sheets.rules import Mark, counts_of, is_attended
from services.enrollment.sheets.tables import Sheet, SheetCorrection, SheetEntry
from shared.db.events import emit
from shared.db.within import place_of
from shared.schemas.enrollment import AttendanceCounts, AttendanceRecorded, EnrollmentState, Topic
from shared.scope import Scope

_ALLOWED: Final = {"entries": frozenset({EnrollmentState.SEATED})}
_SAID: Final = ("status", "minutes_late", "note_code")


@dataclass(frozen=True, slots=True)
class Recorder:
    """Who tells, how far he may run classes, and how far correct what is locked."""

    name: str
    scope: Scope
    office: Scope


@dataclass(frozen=True, slots=True)
class Told:
    """When and from where a roll call was told."""

    taken_at: datetime
    recorded_by: str
    device_id: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Roll:
    """A session of a locked class, all that may be said of it, and what was said so far."""

    class_: Class
    meeting: Meeting
    at: rules.SessionTime
    people: Mapping[UUID, Enrollment]
    late_minutes: int
    sheet: Sheet | None
    marks: Mapping[UUID, Mark]

    def states(self) -> dict[UUID, EnrollmentState]:
        """Return what each person of the class was when the session began."""
        return {
            row.id: rules.state_then(
                row.state, decided_at=row.decided_at, starts_at=self.meeting.starts_at
            )
            for row in self.people.values()
        }


async def open_roll(
    session: AsyncSession, class_: Class, position: int, *, people: Iterable[Enrollment] | None
) -> Roll:
    """Return the roll of a session of a locked class; `people` are its enrollments, when known.

    Raises:
        SessionUnknownError: when the class has no such session.
    """
    meeting = await get_meeting(session, class_.id, position)
    program = await get_program(session, class_.program_id)
    if people is None:
        people = await enrollments_in_state(session, class_id=class_.id, states=EnrollmentState)
    entries = await entries_of_session(session, class_.id, position)
    return Roll(
        class_=class_,
        meeting=meeting,
        at=rules.SessionTime(meeting.starts_at, meeting.ends_at, program.attendance_lock_days),
        people={row.id: row for row in people},
        late_minutes=program.late_minutes,
        sheet=await find_sheet(session, class_.id, position),
        marks={entry.enrollment_id: mark_of(entry) for entry in entries},
    )


async def take_roll(
    session: AsyncSession,
    *,
    class_id: UUID,
    position: int,
    call: RollCall,
    by: Recorder,
    now: datetime,
) -> Roll:
    """Return the roll that a call is about, once nothing refuses it; the class is locked.

    Raises:
        ClassUnknownError, SessionUnknownError: when there is no such class or session.
        OutsideScopeError: when the class lies outside the scope.
        AttendanceClosedError, SessionNotStartedError: when the class or the session does not run.
        AttendanceLockedError, ReasonMissingError: when it is locked.
        TakenAtError: when the roll cannot have been called then.
        RollRefusedError: when somebody is named twice or held no seat of the class then.
    """
    class_ = await lock_class(session, class_id, scope=by.scope)
    roll = await open_roll(session, class_, position, people=None)
    office = by.office.admits(place_of(class_), write=True)
    rules.check_may_record(class_.state, roll.at, office=office, reason=call.reason, now=now)
    rules.check_taken_at(call.taken_at or now, starts_at=roll.meeting.starts_at, now=now)
    named = [each.enrollment_id for each in call.entries]
    check_roll({"entries": named}, states=roll.states(), allowed=_ALLOWED)
    return roll


async def record_call(
    session: AsyncSession, roll: Roll, *, call: RollCall, by: Recorder, now: datetime
) -> SheetRead:
    """Record what a roll call that nothing refuses says."""
    told = Told(call.taken_at or now, by.name, call.device_id, call.reason)
    marks = {each.enrollment_id: each.mark for each in call.entries}
    return await record_marks(session, roll, marks=marks, told=told, now=now)


async def record_marks(
    session: AsyncSession, roll: Roll, *, marks: Mapping[UUID, Mark], told: Told, now: datetime
) -> SheetRead:
    """Record what is said of some people; what was said of others stands.

    What is said as it was said before makes no new version.
    """
    changed = {person: mark for person, mark in marks.items() if roll.marks.get(person) != mark}
    sheet = roll.sheet
    replaced = None if sheet is None else _counted(sheet)
    if sheet is None:
        sheet = _first_sheet(roll, told=told, now=now)
        session.add(sheet)
    elif changed:
        session.add(_correction(roll, sheet, changed, told=told, now=now))
        _retell(sheet, told=told, now=now)
    else:
        return read_of(sheet, roll)
    said = {**roll.marks, **changed}
    for name, count in counts_of(said.values()).items():
        setattr(sheet, name, count)
    sheet.days = await _days(session, roll, said)
    await session.flush()
    await _write(session, sheet, changed)
    await _tell(session, roll, sheet, replaced=replaced, now=now)
    return read_of(sheet, roll)


async def _days(session: AsyncSession, roll: Roll, said: Mapping[UUID, Mark]) -> int:
    """Return how many days count for the payer by a roll call, beside those of the same day."""
    zone, here = roll.class_.time_zone, roll.meeting
    day = local_day(here.starts_at, zone=zone)
    beside = [
        each.position
        for each in await meetings_of(session, [here.class_id])
        if each.position != here.position and local_day(each.starts_at, zone=zone) == day
    ]
    others = await sheets_of_sessions(session, here.class_id, beside) if beside else []
    entries = await entries_of_sessions(session, here.class_id, beside) if others else []
    told = [*said.items(), *((each.enrollment_id, mark_of(each)) for each in entries)]
    came = {person for person, mark in told if is_attended(mark, late_minutes=roll.late_minutes)}
    return len(came) - sum(each.days for each in others)


def _counted(sheet: Sheet) -> AttendanceCounts:
    return AttendanceCounts(
        **{name: getattr(sheet, name) for name in AttendanceCounts.model_fields}
    )


def _first_sheet(roll: Roll, *, told: Told, now: datetime) -> Sheet:
    sheet = Sheet(class_id=roll.class_.id, position=roll.meeting.position, version=0)
    _retell(sheet, told=told, now=now)
    return sheet


def _retell(sheet: Sheet, *, told: Told, now: datetime) -> None:
    sheet.taken_at, sheet.received_at = told.taken_at, now
    sheet.recorded_by, sheet.device_id = told.recorded_by, told.device_id
    sheet.version += 1


def _correction(
    roll: Roll, sheet: Sheet, changed: Iterable[UUID], *, told: Told, now: datetime
) -> SheetCorrection:
    return SheetCorrection(
        class_id=sheet.class_id,
        position=sheet.position,
        version=sheet.version,
        taken_at=sheet.taken_at,
        received_at=sheet.received_at,
        recorded_by=sheet.recorded_by,
        device_id=sheet.device_id,
        replaced=[
            {"enrollment_id": str(person), **_said(roll.marks.get(person))} for person in changed
        ],
        corrected_at=now,
        corrected_by=told.recorded_by,
        reason=told.reason,
    )


def _said(mark: Mark | None) -> dict[str, Any]:
    return {} if mark is None else {name: getattr(mark, name) for name in _SAID}


async def _write(session: AsyncSession, sheet: Sheet, changed: Mapping[UUID, Mark]) -> None:
    rows: Sequence[dict[str, Any]] = [
        {
            "class_id": sheet.class_id,
            "position": sheet.position,
            "enrollment_id": person,
            **_said(mark),
        }
        for person, mark in sorted(changed.items())
    ]
    statement = insert(SheetEntry).values(rows)
    said = {name: statement.excluded[name] for name in _SAID}
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=["class_id", "enrollment_id", "position"], set_=said
        )
    )


async def _tell(
    session: AsyncSession,
    roll: Roll,
    sheet: Sheet,
    *,
    replaced: AttendanceCounts | None,
    now: datetime,
) -> None:
    await emit(
        session,
        Event,
        topic=Topic.ATTENDANCE_RECORDED,
        stream_id=sheet.class_id,
        event=AttendanceRecorded(
            class_id=sheet.class_id,
            session=sheet.position,
            starts_at=roll.meeting.starts_at,
            replaced=replaced,
            **dict(_counted(sheet)),
        ),
        place=place_of(roll.class_),
        occurred_at=now,
        version=sheet.version,
    )


def read_of(sheet: Sheet, roll: Roll) -> SheetRead:
    """Return a sheet as its API shows it."""
    values = {name: getattr(sheet, name) for name in SheetRead.model_fields if name != "locked_at"}
    return SheetRead(**values, locked_at=roll.at.locked_at)
