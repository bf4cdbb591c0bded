"""Changes of classes, as their routes make them, with what stands held against them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, TypeAlias
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.assessments import operations as assessments
from services.enrollment.assessments.operations import Assessed, Assessor
from services.enrollment.assessments.rules import Learning, told_of
from services.enrollment.attendance import operations as attendance
from services.enrollment.attendance.operations import Recorder, Roll
from services.enrollment.classes.queries import lock_class
from services.enrollment.enrollments.operations import end_training
from services.enrollment.enrollments.queries import enrollments_in_state, get_enrollment
from services.enrollment.enrollments.tables import Enrollment
from services.enrollment.openings.operations import report_opening
from services.enrollment.openings.schemas import OpeningReport
from services.enrollment.openings.tables import Opening
from services.enrollment.sheets.rules import Mark
from services.enrollment.sync_classes.schemas import (
    AssessmentChange,
    AttendanceChange,
    EndChange,
    OpeningChange,
)
from services.enrollment.sync_ledger.operations import (
    Change,
    Sync,
    Told,
    builds_upon,
    instant,
    ours_of,
    said_by,
)
from services.enrollment.sync_ledger.queries import last_writer
from services.enrollment.sync_ledger.rules import BaseUnknownError, ChangeKind, same_start
from shared.schemas.enrollment import EnrollmentState, Presence
from shared.scope import Permission

Units: TypeAlias = Sequence[Mapping[str, str]] | None


async def record_attendance(session: AsyncSession, sync: Sync, change: Change) -> Told:
    """Record a roll call that a device took."""
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
    if not builds_upon(change, present=present) and differs:
        return _sheets_differ(sync, change, roll, differs)
    sheet = await attendance.record_call(session, roll, call=call, by=by, now=sync.now)
    return Told(version=sheet.version)


def _sheets_differ(sync: Sync, change: Change, roll: Roll, differs: Mapping[UUID, Mark]) -> Told:
    sheet = roll.sheet
    if sheet is None:
        raise BaseUnknownError(pointer="/base_version")
    theirs = {
        "version": sheet.version,
        "by": said_by(sheet.recorded_by, sync),
        "device_id": sheet.device_id,
        "taken_at": instant(sheet.taken_at),
        "received_at": instant(sheet.received_at),
        "entries": [_mark(who, roll.marks.get(who)) for who in sorted(differs)],
    }
    ours = ours_of(change, entries=[_mark(who, differs[who]) for who in sorted(differs)])
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


async def report_start(session: AsyncSession, sync: Sync, change: Change) -> Told:
    """Report that a class has started; what another device has said already stands."""
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
        "by": said_by(opening.reported_by, sync),
        "started_at": instant(opening.started_at),
        "received_at": instant(opening.reported_at),
        "presences": [
            {"enrollment_id": str(each), "presence": stands[each].value}
            for each in sorted(contradicted)
        ],
    }
    said = dict.fromkeys(body.present, Presence.PRESENT)
    said |= dict.fromkeys(body.absent, Presence.ABSENT)
    ours = ours_of(
        change,
        started_at=instant(body.started_at),
        presences=[
            {"enrollment_id": str(each), "presence": said[each].value}
            for each in sorted(contradicted)
        ],
    )
    return Told(theirs=theirs, ours=ours)


async def end_for_one(
    wanted: EnrollmentState, session: AsyncSession, sync: Sync, change: Change
) -> Told:
    """Record how the training ended for one person."""
    body = change.body
    if not isinstance(body, EndChange):
        raise TypeError(change.kind)
    scope = sync.scope(ChangeKind.ENROLLMENT_COMPLETE)
    await lock_class(session, body.class_id, scope=scope)
    row = await get_enrollment(
        session, scope=scope, class_id=body.class_id, enrollment_id=body.enrollment_id
    )
    # The roll call at the opening makes a new version too, but leaves it open how somebody ended.
    if not builds_upon(change, present=row.version) and change.base_version is not None:
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
        "by": said_by(
            await last_writer(session, row.class_id, member="enrollment_id", identifier=row.id),
            sync,
        ),
        "state": row.state.value,
        "presence": row.presence.value,
        "decided_at": instant(row.decided_at),
    }
    ours = ours_of(change, state=wanted.value)
    return Told(version=row.version, theirs=theirs, ours=ours)


async def record_assessments(
    units: Units, session: AsyncSession, sync: Sync, change: Change
) -> Told:
    """Record assessments that a device took down; `units` are those of the module."""
    body = change.body
    if not isinstance(body, AssessmentChange):
        raise TypeError(change.kind)
    by = Assessor(
        sync.actor.name,
        scope=sync.scope(ChangeKind.ASSESSMENT_RECORD),
        office=sync.actor.scope(Permission.CLASSES_WRITE),
    )
    assessed = await assessments.take_assessments(
        session, class_id=body.class_id, written=body, by=by
    )
    present = None if assessed.sheet is None else assessed.sheet.version
    wanted = {
        each.enrollment_id: each.onto(assessed.said.get(each.enrollment_id, Learning()))
        for each in body.entries
    }
    differs = {who: each for who, each in wanted.items() if assessed.said.get(who) != each}
    if not builds_upon(change, present=present) and differs:
        return _assessments_differ(sync, change, assessed, differs)
    sheet = await assessments.record_assessments(
        session, assessed, written=body, units=units, by=by, now=sync.now
    )
    return Told(version=sheet.version)


def _assessments_differ(
    sync: Sync, change: Change, assessed: Assessed, differs: Mapping[UUID, Learning]
) -> Told:
    sheet = assessed.sheet
    if sheet is None:
        raise BaseUnknownError(pointer="/base_version")
    theirs = {
        "version": sheet.version,
        "by": said_by(sheet.recorded_by, sync),
        "received_at": instant(sheet.recorded_at),
        "entries": [_learning(who, assessed.said.get(who)) for who in sorted(differs)],
    }
    ours = ours_of(change, entries=[_learning(who, differs[who]) for who in sorted(differs)])
    return Told(version=sheet.version, theirs=theirs, ours=ours)


def _learning(who: UUID, learning: Learning | None) -> dict[str, Any]:
    return {"enrollment_id": str(who), **({} if learning is None else told_of(learning))}
