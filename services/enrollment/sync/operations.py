"""What changes of each kind do: as the routes do, with what stands held against them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.attendance import operations as attendance
from services.enrollment.attendance.operations import Recorder, Roll
from services.enrollment.classes.queries import lock_class
from services.enrollment.enrollments.operations import end_training
from services.enrollment.enrollments.queries import enrollments_in_state, get_enrollment
from services.enrollment.enrollments.tables import Enrollment
from services.enrollment.openings.operations import report_opening
from services.enrollment.openings.schemas import OpeningReport
from services.enrollment.openings.tables import Opening
from services.enrollment.participants.operations import NikPolicy, register_participant
from services.enrollment.participants.schemas import ParticipantCreate
from services.enrollment.sheets.rules import Mark
from services.enrollment.sync.schemas import AttendanceChange, EndChange, OpeningChange
from services.enrollment.sync_ledger.operations import Change, Sync, Told, Work
from services.enrollment.sync_ledger.queries import last_writer
from services.enrollment.sync_ledger.rules import BaseUnknownError, ChangeKind, same_start
from shared.schemas.enrollment import EnrollmentState, Presence
from shared.scope import Permission


def works(policy: NikPolicy) -> dict[ChangeKind, Work]:
    """Return what changes of each kind do; `policy` is how the NIKs of new people are sealed."""
    return {
        ChangeKind.PARTICIPANT_REGISTER: partial(_register, policy),
        ChangeKind.OPENING_REPORT: _open,
        ChangeKind.ATTENDANCE_RECORD: _record,
        ChangeKind.ENROLLMENT_COMPLETE: partial(_end, EnrollmentState.COMPLETED),
        ChangeKind.ENROLLMENT_DROP_OUT: partial(_end, EnrollmentState.DROPPED_OUT),
    }


@dataclass(frozen=True, slots=True)
class Threads:
    """What ties a change to others: what it changes, what it makes, and what it mentions."""

    subject: str
    makes: UUID | None = None
    refers_to: tuple[UUID, ...] = ()


def threads_of(kind: str, body: object, *, change_id: UUID) -> Threads:
    """Return what ties a change to others; a body that is none ties it to nothing."""
    match body:
        case ParticipantCreate():
            return Threads(f"participant:{body.id}", makes=body.id)
        case OpeningChange():
            return Threads(f"opening:{body.class_id}")
        case AttendanceChange():
            return Threads(f"attendance:{body.class_id}:{body.position}")
        case EndChange():
            return Threads(f"enrollment:{body.enrollment_id}")
    return Threads(f"{kind}:{change_id}")


def _who(name: str | None, sync: Sync) -> str:
    return "SELF" if name == sync.actor.name else "OTHER"


def _ours(change: Change, **said: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    return {
        "by": "SELF",
        "made_at": change.made_at.isoformat(),
        "base_version": change.base_version,
        **said,
    }


def _instant(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


def _check_base(change: Change, *, present: int | None) -> bool:
    """Tell whether a change builds upon what stands.

    Raises:
        BaseUnknownError: when it builds upon what has never been.
    """
    if (change.base_version or 0) > (present or 0):
        raise BaseUnknownError(pointer="/base_version")
    return change.base_version == present


async def _register(policy: NikPolicy, session: AsyncSession, sync: Sync, change: Change) -> Told:
    body = change.body
    if not isinstance(body, ParticipantCreate):
        raise TypeError(change.kind)
    person = await register_participant(
        session,
        body=body,
        policy=policy,
        scope=sync.scope(ChangeKind.PARTICIPANT_REGISTER),
        now=sync.now,
        today=sync.today,
    )
    return Told(id=person.id, version=person.version, notes=list(person.warnings))


async def _record(session: AsyncSession, sync: Sync, change: Change) -> Told:
    body = change.body
    if not isinstance(body, AttendanceChange):
        raise TypeError(change.kind)
    by = Recorder(
        name=sync.actor.name,
        scope=sync.scope(ChangeKind.ATTENDANCE_RECORD),
        office=sync.actor.scope(Permission.CLASSES_WRITE),
    )
    called_at = sync.server_time(body.taken_at or change.made_at)
    call = body.model_copy(update={"taken_at": called_at, "device_id": str(sync.device_id)})
    roll = await attendance.take_roll(
        session,
        class_id=body.class_id,
        position=body.position,
        call=call,
        by=by,
        now=sync.now,
    )
    said = {each.enrollment_id: each.mark for each in body.entries}
    present = None if roll.sheet is None else roll.sheet.version
    differs = {who: mark for who, mark in said.items() if roll.marks.get(who) != mark}
    if not _check_base(change, present=present) and differs:
        return _sheets_differ(sync, change, roll, differs)
    sheet = await attendance.record_call(session, roll, call=call, by=by, now=sync.now)
    return Told(version=sheet.version)


def _sheets_differ(sync: Sync, change: Change, roll: Roll, differs: Mapping[UUID, Mark]) -> Told:
    sheet = roll.sheet
    if sheet is None:
        raise BaseUnknownError(pointer="/base_version")
    theirs = {
        "version": sheet.version,
        "by": _who(sheet.recorded_by, sync),
        "device_id": sheet.device_id,
        "taken_at": _instant(sheet.taken_at),
        "received_at": _instant(sheet.received_at),
        "entries": [_mark(who, roll.marks.get(who)) for who in sorted(differs)],
    }
    ours = _ours(change, entries=[_mark(who, differs[who]) for who in sorted(differs)])
    return Told(version=sheet.version, theirs=theirs, ours=ours)


def _mark(who: UUID, mark: Mark | None) -> dict[str, Any]:
    if mark is None:
        return {"enrollment_id": str(who), "status": None}
    return {
        "enrollment_id": str(who),
        "status": mark.status.value,
        **({} if mark.minutes_late is None else {"minutes_late": mark.minutes_late}),
        **({} if mark.note_code is None else {"note_code": mark.note_code.value}),
    }


async def _open(session: AsyncSession, sync: Sync, change: Change) -> Told:
    body = change.body
    if not isinstance(body, OpeningChange):
        raise TypeError(change.kind)
    scope = sync.scope(ChangeKind.OPENING_REPORT)
    class_ = await lock_class(session, body.class_id, scope=scope)
    started_at = sync.server_time(body.started_at)
    present, absent = list(body.present), list(body.absent)
    opening = await session.get(Opening, class_.id, populate_existing=True)
    if opening is not None:
        people = await enrollments_in_state(session, class_id=class_.id, states=EnrollmentState)
        stands = {row.id: row.presence for row in people}
        differs = _contradicted(stands, body)
        if differs or not same_start(started_at, opening.started_at):
            return _openings_differ(sync, change, body, opening=opening, stands=stands)
        started_at = opening.started_at
        present, absent = _unsaid(stands, present), _unsaid(stands, absent)
        if not present and not absent:
            return Told(version=class_.version)
    report = OpeningReport(started_at=started_at, present=present, absent=absent)
    await report_opening(
        session,
        scope=scope,
        class_id=class_.id,
        report=report,
        reported_by=sync.actor.name,
        now=sync.now,
    )
    return Told(version=class_.version)


_UNSAID: Final = (None, Presence.UNREPORTED)


def _unsaid(stands: Mapping[UUID, Presence], named: Iterable[UUID]) -> list[UUID]:
    """Return those named of whom nothing was said, and those who are not of the class."""
    return [each for each in named if stands.get(each) in _UNSAID]


def _contradicted(stands: Mapping[UUID, Presence], body: OpeningChange) -> list[UUID]:
    here = [each for each in body.present if stands.get(each) is Presence.ABSENT]
    away = [each for each in body.absent if stands.get(each) is Presence.PRESENT]
    return sorted({*here, *away})


def _openings_differ(
    sync: Sync,
    change: Change,
    body: OpeningChange,
    *,
    opening: Opening,
    stands: Mapping[UUID, Presence],
) -> Told:
    contradicted = set(_contradicted(stands, body))
    theirs = {
        "by": _who(opening.reported_by, sync),
        "started_at": _instant(opening.started_at),
        "received_at": _instant(opening.reported_at),
        "presences": [
            {"enrollment_id": str(each), "presence": stands[each].value}
            for each in sorted(contradicted)
        ],
    }
    said = dict.fromkeys(body.present, Presence.PRESENT)
    said |= dict.fromkeys(body.absent, Presence.ABSENT)
    ours = _ours(
        change,
        started_at=_instant(body.started_at),
        presences=[
            {"enrollment_id": str(each), "presence": said[each].value}
            for each in sorted(contradicted)
        ],
    )
    return Told(theirs=theirs, ours=ours)


async def _end(wanted: EnrollmentState, session: AsyncSession, sync: Sync, change: Change) -> Told:
    body = change.body
    if not isinstance(body, EndChange):
        raise TypeError(change.kind)
    scope = sync.scope(ChangeKind.ENROLLMENT_COMPLETE)
    await lock_class(session, body.class_id, scope=scope)
    row = await get_enrollment(
        session, scope=scope, class_id=body.class_id, enrollment_id=body.enrollment_id
    )
    # The roll call at the opening makes a new version too, but leaves it open how somebody ended.
    if not _check_base(change, present=row.version) and change.base_version is not None:
        if row.state is wanted:
            return Told(version=row.version)
        if row.state is not EnrollmentState.SEATED:
            return await _enrollments_differ(session, sync, change, row=row, wanted=wanted)
    ended = await end_training(
        session,
        scope=scope,
        class_id=body.class_id,
        enrollment_id=body.enrollment_id,
        state=wanted,
        reason=body.reason,
        now=sync.now,
    )
    return Told(version=ended.version)


async def _enrollments_differ(
    session: AsyncSession,
    sync: Sync,
    change: Change,
    *,
    row: Enrollment,
    wanted: EnrollmentState,
) -> Told:
    theirs = {
        "version": row.version,
        "by": _who(await last_writer(session, row.class_id, row.id), sync),
        "state": row.state.value,
        "presence": row.presence.value,
        "decided_at": _instant(row.decided_at),
    }
    ours = _ours(change, state=wanted.value)
    return Told(version=row.version, theirs=theirs, ours=ours)
