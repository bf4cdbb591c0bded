"""A class starts and ends: reports about the whole class, each within the caller's transaction."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.classes.operations import settle_later, tell_moved
from services.enrollment.classes.queries import cell_of, lock_class
from services.enrollment.classes.rules import check_changeable, local_day
from services.enrollment.classes.tables import Class
from services.enrollment.enrollments.operations import (
    Move,
    cancel_everybody,
    end_waitlist,
    move_enrollments,
    promote_waiting,
)
from services.enrollment.enrollments.queries import enrollments_in_state
from services.enrollment.enrollments.rules import promotion_open
from services.enrollment.enrollments.tables import Enrollment
from services.enrollment.offers.operations import end_offers
from services.enrollment.openings import rules
from services.enrollment.openings.schemas import CompletionRead, CompletionReport, OpeningReport
from services.enrollment.openings.tables import Opening
from services.enrollment.participants.queries import unguarded_of
from services.enrollment.wave_decisions.operations import check_may_start
from shared.schemas.enrollment import ClassState, EnrollmentState, Presence, Topic
from shared.schemas.registry import TimeZone
from shared.scope import Scope

_SEATED: Final = frozenset({EnrollmentState.SEATED})
# Who has come to the opening has confirmed an open offer by coming.
_INVITED: Final = _SEATED | {EnrollmentState.OFFERED}
_OPENING: Final = {"present": _INVITED, "absent": _INVITED}
# Who was recorded one by one before may stand on the list of what he was recorded as.
_COMPLETION: Final = {
    "completed": _SEATED | {EnrollmentState.COMPLETED},
    "dropped_out": _SEATED | {EnrollmentState.DROPPED_OUT},
}


async def _locked(
    session: AsyncSession, *, scope: Scope, class_id: UUID
) -> tuple[Class, dict[UUID, Enrollment]]:
    """Return a class within the scope, locked, and all its enrollments."""
    class_ = await lock_class(session, class_id, scope=scope)
    rows = await enrollments_in_state(session, class_id=class_id, states=EnrollmentState)
    return class_, {row.id: row for row in rows}


def _presences(rows: Iterable[Enrollment], presence: Presence) -> list[Move]:
    return [Move(row, Topic.PRESENCE_REPORTED, presence=presence) for row in rows]


def _offered(rows: Iterable[Enrollment]) -> list[Enrollment]:
    return [row for row in rows if row.state is EnrollmentState.OFFERED]


def _ends(
    rows: dict[UUID, Enrollment], ids: Iterable[UUID], topic: Topic, state: EnrollmentState
) -> list[Move]:
    """Return the moves of those who have not been moved there already."""
    return [Move(rows[each], topic, state=state) for each in ids if rows[each].state is not state]


async def report_opening(
    session: AsyncSession,
    *,
    scope: Scope,
    class_id: UUID,
    report: OpeningReport,
    reported_by: str,
    now: datetime,
) -> Opening:
    """Record that a class has started and who is there, be it hours after the fact.

    Where promotion ends with the opening, who still waits gets no seat and is free to go elsewhere.
    A later report adds those whom none has named, such as who was promoted after the opening; what
    has been said of somebody stands. A roll ends open offers: who is there takes the seat, who is
    absent leaves it, and whom it does not name can still come until the deadline of the offer.

    Raises:
        ClassUnknownError: when there is no such class.
        OutsideScopeError: when it lies outside the scope.
        AlreadyOpenedError: when it has ended, or a later report names nobody or another start.
        PresenceReportedError: when a later report names somebody again.
        StartImplausibleError: when it cannot have started then.
        WaveNotGoError: when the wave was decided not to start before that.
        RollRefusedError: when somebody is listed twice or without a seat of the class, or an
            open offer is a minor's for whom no guardian has consented.
    """
    class_, rows = await _locked(session, scope=scope, class_id=class_id)
    opening = await session.get(Opening, class_id)
    named = [*report.present, *report.absent]
    if opening is None:
        rules.check_may_open(class_.state)
        rules.check_start(started_at=report.started_at, starts_at=class_.starts_at, now=now)
        await check_may_start(session, class_.wave_id, started_at=report.started_at)
    else:
        rules.check_may_add(
            class_.state,
            started_at=report.started_at,
            reported_start=opening.started_at,
            named=len(named),
        )
    rules.check_roll(
        {"present": report.present, "absent": report.absent},
        states={row.id: row.state for row in rows.values()},
        allowed=_OPENING,
        unguarded={"present": await _unguarded(session, report.present, rows, now=now)},
    )
    rules.check_unreported(rows[each].presence for each in named)
    present, absent = ([rows[each] for each in ids] for ids in (report.present, report.absent))
    moves = [Move(row, Topic.CONFIRMED, state=EnrollmentState.SEATED) for row in _offered(present)]
    moves += _presences(present, Presence.PRESENT)
    moves += _presences(absent, Presence.ABSENT)
    if opening is None:
        opening = await _open(
            session, class_, report=report, moves=moves, reported_by=reported_by, now=now
        )
    else:
        opening.present += len(report.present)
        opening.absent += len(report.absent)
        await move_enrollments(session, class_=class_, moves=moves, now=now)
    await _end_offers(session, class_, _offered(absent), now=now)
    return opening


async def _unguarded(
    session: AsyncSession, ids: Iterable[UUID], rows: dict[UUID, Enrollment], *, now: datetime
) -> set[UUID]:
    """Return whose open offer coming cannot confirm, as they could not themselves."""
    offered = _offered(rows[each] for each in ids if each in rows)
    people = {row.participant_id for row in offered}
    barred = (
        await unguarded_of(session, people, on=local_day(now, zone=TimeZone.WIB))
        if people
        else set()
    )
    return {row.id for row in offered if row.participant_id in barred}


async def _end_offers(
    session: AsyncSession, class_: Class, offers: Sequence[Enrollment], *, now: datetime
) -> None:
    """End offers that nobody came for; while promotion is open the seats go to the next."""
    if await end_offers(session, class_=class_, offers=offers, now=now):
        await promote_waiting(session, class_=class_, now=now)
        await session.flush()


async def _open(
    session: AsyncSession,
    class_: Class,
    *,
    report: OpeningReport,
    moves: Sequence[Move],
    reported_by: str,
    now: datetime,
) -> Opening:
    before = cell_of(class_)
    class_.state = ClassState.OPENED
    class_.opened_at, class_.opening_reported_at = report.started_at, now
    class_.version += 1
    opening = Opening(
        class_id=class_.id,
        started_at=report.started_at,
        reported_at=now,
        reported_by=reported_by,
        present=len(report.present),
        absent=len(report.absent),
    )
    session.add(opening)
    await move_enrollments(session, class_=class_, moves=moves, now=now)
    await tell_moved(session, class_, topic=Topic.CLASS_OPENED, before=before, now=now)
    if not promotion_open(class_state=class_.state, promote_until=class_.promote_until, now=now):
        await end_waitlist(session, class_=class_, now=now)
    await session.flush()
    return opening


async def cancel_class(
    session: AsyncSession, *, scope: Scope, class_id: UUID, reason: str, now: datetime
) -> Class:
    """Call a planned class off: all seats, places in line and claims are given back.

    A job gives up its space and its instructors as well.

    Raises:
        ClassUnknownError: when there is no such class.
        OutsideScopeError: when it lies outside the scope.
        ClassNotPlannedError: when it has opened, ended or been cancelled.
    """
    class_ = await lock_class(session, class_id, scope=scope)
    check_changeable(class_.state)
    before = cell_of(class_)
    class_.state = ClassState.CANCELLED
    class_.version += 1
    await cancel_everybody(session, class_=class_, reason=reason, now=now)
    await tell_moved(session, class_, topic=Topic.CLASS_CANCELLED, before=before, now=now)
    if class_.booking_id is not None:
        await settle_later(session, [class_id])
    return class_


async def complete_class(
    session: AsyncSession,
    *,
    scope: Scope,
    class_id: UUID,
    report: CompletionReport,
    now: datetime,
) -> CompletionRead:
    """Record how the training ended for everybody in a class; offers that are still open end.

    Raises:
        ClassUnknownError: when there is no such class.
        OutsideScopeError: when it lies outside the scope.
        NotOpenedError: when it has not opened, or has ended.
        RollRefusedError: when somebody is listed twice or without a seat of the class.
        SeatedUnlistedError: when somebody who holds a running seat is not listed.
    """
    class_, rows = await _locked(session, scope=scope, class_id=class_id)
    rules.check_may_complete(class_.state)
    rules.check_roll(
        {"completed": report.completed, "dropped_out": report.dropped_out},
        states={row.id: row.state for row in rows.values()},
        allowed=_COMPLETION,
    )
    moves = _ends(rows, report.completed, Topic.COMPLETED, EnrollmentState.COMPLETED)
    moves += _ends(rows, report.dropped_out, Topic.DROPPED_OUT, EnrollmentState.DROPPED_OUT)
    seated = sum(row.state is EnrollmentState.SEATED for row in rows.values())
    rules.check_everybody_listed(seated=seated, listed=len(moves))
    await end_offers(session, class_=class_, offers=_offered(rows.values()), now=now)
    before = cell_of(class_)
    class_.state = ClassState.COMPLETED
    class_.completed_at = now
    class_.version += 1
    await move_enrollments(session, class_=class_, moves=moves, now=now)
    await tell_moved(session, class_, topic=Topic.CLASS_COMPLETED, before=before, now=now)
    await end_waitlist(session, class_=class_, now=now)
    await session.flush()
    states = [row.state for row in rows.values()]
    return CompletionRead(
        class_id=class_id,
        completed_at=now,
        completed=states.count(EnrollmentState.COMPLETED),
        dropped_out=states.count(EnrollmentState.DROPPED_OUT),
    )
