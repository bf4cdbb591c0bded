"""What becomes of the rows of one session."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.attendance.operations import Roll, Told, open_roll, record_marks
from services.enrollment.attendance.queries import meetings_of
from services.enrollment.attendance.rules import SEATED, check_may_record
from services.enrollment.attendance_imports.rules import (
    Known,
    NotSeatedError,
    PersonUnknownError,
)
from services.enrollment.attendance_imports.schemas import AttendanceRow, ImportAttendance
from services.enrollment.class_imports.rules import ImportMode
from services.enrollment.classes.queries import get_class, lock_class
from services.enrollment.classes.rules import local_day
from services.enrollment.enrollments.queries import enrollments_in_state
from shared.db.within import place_of
from shared.errors import ServiceError
from shared.schemas.enrollment import EnrollmentState
from shared.schemas.imports import Outcome, Verdict, refused


@dataclass(frozen=True, slots=True)
class Placed:
    """A row that names a session of the class and somebody."""

    number: int
    row: AttendanceRow
    position: int
    enrollment_id: UUID


async def what_is_known(session: AsyncSession, class_id: UUID) -> Known:
    """Return what the rows of a file may name.

    Raises:
        ClassUnknownError: when there is no such class.
    """
    class_ = await get_class(session, class_id)
    rows = await enrollments_in_state(session, class_id=class_id, states=EnrollmentState)
    # Who gave a seat back and has another one is meant by the one that is held.
    held = sorted(rows, key=lambda row: row.state in SEATED)
    return Known(
        days={
            each.position: local_day(each.starts_at, zone=class_.time_zone)
            for each in await meetings_of(session, [class_id])
        },
        people={row.participant_id: row.id for row in held},
    )


async def record_session(
    session: AsyncSession, placed: Sequence[Placed], *, payload: ImportAttendance
) -> list[Verdict]:
    """Record what the rows of one session say; in validate mode only judge them."""
    try:
        roll = await _roll(session, placed, payload=payload)
    except ServiceError as error:
        return [refused(each.number, error, payload.language) for each in placed]
    states = roll.states()
    verdicts, marks = [], {}
    for each in placed:
        state = states.get(each.enrollment_id)
        if state is not EnrollmentState.SEATED:
            why = PersonUnknownError() if state is None else NotSeatedError()
            verdicts.append(refused(each.number, why, payload.language))
            continue
        marks[each.enrollment_id] = each.row.mark
        verdicts.append(Verdict(each.number, _outcome(roll, each), id=each.enrollment_id))
    if marks and payload.mode is ImportMode.COMMIT:
        told = Told(payload.asked_at, payload.asked_by, reason=_reason(placed))
        await record_marks(session, roll, marks=marks, told=told, now=payload.asked_at)
    return verdicts


async def _roll(
    session: AsyncSession, placed: Sequence[Placed], *, payload: ImportAttendance
) -> Roll:
    class_ = await lock_class(session, payload.class_id, scope=payload.scope)
    roll = await open_roll(session, class_, placed[0].position, people=None)
    check_may_record(
        class_.state,
        roll.at,
        office=payload.office.admits(place_of(class_), write=True),
        reason=_reason(placed),
        now=payload.asked_at,
    )
    return roll


def _reason(placed: Sequence[Placed]) -> str | None:
    return next((each.row.reason for each in placed if each.row.reason), None)


def _outcome(roll: Roll, placed: Placed) -> Outcome:
    said = roll.marks.get(placed.enrollment_id)
    if said is None:
        return Outcome.CREATED
    return Outcome.UNCHANGED if said == placed.row.mark else Outcome.CHANGED
