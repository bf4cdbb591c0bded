"""Changes to enrollments and to the size of a class, each within the caller's transaction.

Every operation locks the class before it judges an enrollment of it: whoever holds that lock is
the only writer of the class's seats and waitlist. Where a seat is taken or given up, the quotas of
the wave are locked next, after all classes.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.base import Event
from services.enrollment.classes.operations import change_class
from services.enrollment.classes.queries import get_class
from services.enrollment.classes.rules import (
    CapacityBelowTakenError,
    OutsideScopeError,
    local_day,
)
from services.enrollment.classes.schemas import ClassChange
from services.enrollment.classes.tables import Class
from services.enrollment.enrollments import queries, rules
from services.enrollment.enrollments.tables import Enrollment, ProgramClaim
from services.enrollment.participants.tables import Participant
from services.enrollment.quotas.operations import lock_quotas
from services.enrollment.quotas.rules import admitted, traits_of
from services.enrollment.sheets.queries import has_attended
from services.enrollment.waves.rules import check_unapproved
from shared.db.events import Draft, emit_all
from shared.db.within import place_of
from shared.schemas.enrollment import (
    HOLDS_SEAT,
    EnrollmentCell,
    EnrollmentMoved,
    EnrollmentState,
    Presence,
    Topic,
)
from shared.schemas.registry import TimeZone
from shared.scope import Scope

_END_TOPICS: Final = {
    EnrollmentState.COMPLETED: Topic.COMPLETED,
    EnrollmentState.DROPPED_OUT: Topic.DROPPED_OUT,
}
_OF_PERSON: Final = (
    "sex", "entrant_kind", "home_province_code", "home_regency_code", "disability",
)  # fmt: skip
_OF_CLASS: Final = (
    "program_id", "wave_id", "province_code", "regency_code", "facility_id", "owner_ministry",
    "co_ministry", "host_ministry",
)  # fmt: skip
# What a cell says of the class that no enrollment repeats.
_CELL_OF_CLASS: Final = ("facility_kind", "trade")
_SIZE: Final = frozenset({"capacity", "reserve_capacity"})
_ENTERS: Final = {
    EnrollmentState.OFFERED: Topic.OFFERED,
    EnrollmentState.SEATED: Topic.CLAIMED,
    EnrollmentState.WAITLISTED: Topic.CLAIMED,
}


@dataclass(frozen=True, slots=True)
class Move:
    """What happens to one enrollment; what is None stays as it is."""

    enrollment: Enrollment
    topic: Topic
    state: EnrollmentState | None = None
    presence: Presence | None = None
    reason: str | None = None
    confirm_by: datetime | None = None


def _cell(class_: Class, enrollment: Enrollment) -> EnrollmentCell:
    members = {
        name: getattr(enrollment, name)
        for name in EnrollmentCell.model_fields
        if name not in _CELL_OF_CLASS
    }
    return EnrollmentCell(**members, **{name: getattr(class_, name) for name in _CELL_OF_CLASS})


def _draft(class_: Class, move: Move, *, now: datetime) -> Draft:
    """Carry the move out on the row and return the event of it."""
    row = move.enrollment
    before = _cell(class_, row)
    if move.state is not None:
        row.state = move.state
        row.decided_at = now
        row.reason = move.reason
        row.confirm_by = move.confirm_by or row.confirm_by
    if move.presence is not None:
        row.presence = move.presence
    row.version += 1
    return _told(class_, row, topic=move.topic, before=before, now=now)


def _told(
    class_: Class, row: Enrollment, *, topic: Topic, before: EnrollmentCell | None, now: datetime
) -> Draft:
    moved = EnrollmentMoved(
        enrollment_id=row.id,
        class_id=class_.id,
        participant_id=row.participant_id,
        before=before,
        after=_cell(class_, row),
    )
    return Draft(
        topic=topic,
        stream_id=class_.id,
        event=moved,
        place=place_of(row),
        occurred_at=now,
        version=row.version,
    )


async def _count(
    session: AsyncSession,
    changes: Iterable[tuple[Class, Enrollment, EnrollmentState | None, EnrollmentState]],
    *,
    now: datetime,
) -> None:
    """Count the seats and places in line that move in locked classes, and what quotas see of it."""
    moved = list(changes)
    seats = [
        (class_, row, change)
        for class_, row, before, after in moved
        if (change := rules.held_change(before, after))
    ]
    if seats:
        waves = {class_.wave_id for class_, _, _ in seats}
        quotas = await lock_quotas(session, waves, now=now)
        for class_, row, change in seats:
            quotas.move(class_.wave_id, traits_of(row), change)
            class_.taken += change
        quotas.keep()
    for class_, _, before, after in moved:
        class_.waiting += rules.waiting_change(before, after)


async def move_enrollments(
    session: AsyncSession, *, class_: Class, moves: Sequence[Move], now: datetime
) -> None:
    """Change enrollments of a locked class, with its counters and those of its wave's quotas.

    All their events are one statement.
    """
    changes = [
        (class_, each.enrollment, each.enrollment.state, each.state) for each in moves if each.state
    ]
    await _count(session, changes, now=now)
    drafts = [_draft(class_, move, now=now) for move in moves]
    await session.flush()
    await emit_all(session, Event, drafts)


def new_enrollment(
    class_: Class,
    identifier: UUID,
    person: Participant | Enrollment,
    *,
    state: EnrollmentState,
    now: datetime,
    **more: Any,  # noqa: ANN401 - further columns of the row
) -> Enrollment:
    """Return the enrollment of somebody who enters a class; nothing is stored."""
    number = more.pop("waitlist_number", None)
    return Enrollment(
        id=identifier,
        class_id=class_.id,
        state=state,
        waitlist_number=number,
        waited=number is not None,
        presence=Presence.UNREPORTED,
        arrived_at=now,
        version=1,
        applied=more.pop("applied", False),
        **{name: getattr(person, name) for name in _OF_PERSON},
        **{name: getattr(class_, name) for name in _OF_CLASS},
        **more,
    )


async def enter_class(
    session: AsyncSession,
    *,
    class_: Class,
    rows: Sequence[Enrollment],
    topic: Topic | None = None,
    now: datetime,
) -> None:
    """Add enrollments to a locked class, with all that counts them; the claims are others' work."""
    await enter_classes(session, [(class_, rows)], topic=topic, now=now)


async def enter_classes(
    session: AsyncSession,
    entering: Sequence[tuple[Class, Sequence[Enrollment]]],
    *,
    topic: Topic | None = None,
    now: datetime,
) -> None:
    """Add enrollments to locked classes, as `enter_class` does, all with the same statements."""
    news = [(class_, row) for class_, rows in entering for row in rows]
    await _count(session, [(class_, row, None, row.state) for class_, row in news], now=now)
    for class_, row in news:
        class_.next_waitlist_number += row.waited
    session.add_all(row for _, row in news)
    await session.flush()
    drafts = [
        _told(class_, row, topic=topic or _ENTERS[row.state], before=None, now=now)
        for class_, row in news
    ]
    await emit_all(session, Event, drafts)


async def give_claims_back(
    session: AsyncSession, *, class_: Class, enrollments: Sequence[Enrollment]
) -> None:
    """Let these people claim a place in the programme again."""
    people = [enrollment.participant_id for enrollment in enrollments]
    statement = delete(ProgramClaim).where(
        ProgramClaim.program_id == class_.program_id,
        ProgramClaim.nik_index.in_(queries.niks_of(people)),
        ProgramClaim.enrollment_id.in_([enrollment.id for enrollment in enrollments]),
    )
    await session.execute(statement.execution_options(synchronize_session=False))


async def next_admitted(
    session: AsyncSession, *, class_: Class, seats: int, now: datetime
) -> Sequence[Enrollment]:
    """Return who waits for a locked class and would get one of `seats`, in order.

    Whom a quota blocks is passed over, and where nobody is asked to confirm, a minor for whom no
    guardian has consented.
    """
    quotas = await lock_quotas(session, [class_.wave_id], now=now)
    asked = queries.deadline_in(class_, now=now) is not None
    seated_on = None if asked else local_day(now, zone=TimeZone.WIB)
    limit = class_.waiting if quotas else seats
    line = await queries.next_in_line(
        session, class_id=class_.id, limit=limit, guarded_on=seated_on
    )
    places = admitted(
        [traits_of(each) for each in line], quotas, wave_id=class_.wave_id, seats=seats, now=now
    )
    return [line[place] for place in places]


async def promote_waiting(session: AsyncSession, *, class_: Class, now: datetime) -> int:
    """Give the free seats of a locked class to those who wait, in order; return to how many.

    Whom `next_admitted` passes over waits on. Where seats are to be confirmed they are offered.
    Nobody is promoted once promotion has ended.
    """
    if not rules.promotion_open(
        class_state=class_.state, promote_until=class_.promote_until, now=now
    ):
        return 0
    seats = rules.seats_to_promote(
        capacity=class_.capacity, taken=class_.taken, waiting=class_.waiting
    )
    if seats == 0:
        return 0
    promoted = await next_admitted(session, class_=class_, seats=seats, now=now)
    until = queries.deadline_in(class_, now=now)
    state, topic = EnrollmentState.SEATED, Topic.PROMOTED
    if until is not None:
        state, topic = EnrollmentState.OFFERED, Topic.OFFERED
    moves = [Move(each, topic, state=state, confirm_by=until) for each in promoted]
    await move_enrollments(session, class_=class_, moves=moves, now=now)
    return len(promoted)


async def promote_in_class(session: AsyncSession, *, class_id: UUID, now: datetime) -> int:
    """Lock a class and give its free seats to those who wait; return to how many."""
    class_ = await get_class(session, class_id, for_update=True)
    promoted = await promote_waiting(session, class_=class_, now=now)
    await session.flush()
    return promoted


async def end_waitlist(session: AsyncSession, *, class_: Class, now: datetime) -> int:
    """Tell all who still wait for a locked class that they got no seat; return how many.

    Their claims are given back, so that they can join another class of the programme.
    """
    if class_.waiting == 0:
        return 0
    left = await queries.enrollments_in_state(
        session, class_id=class_.id, states=[EnrollmentState.WAITLISTED]
    )
    moves = [Move(each, Topic.NOT_PLACED, state=EnrollmentState.NOT_PLACED) for each in left]
    await move_enrollments(session, class_=class_, moves=moves, now=now)
    await give_claims_back(session, class_=class_, enrollments=left)
    return len(left)


async def cancel_everybody(
    session: AsyncSession, *, class_: Class, reason: str, now: datetime
) -> int:
    """Cancel all seats and places in line of a locked class with their claims; return how many."""
    states = [EnrollmentState.SEATED, EnrollmentState.OFFERED, EnrollmentState.WAITLISTED]
    held = await queries.enrollments_in_state(session, class_id=class_.id, states=states)
    moves = [
        Move(each, Topic.CANCELLED, state=EnrollmentState.CANCELLED, reason=reason) for each in held
    ]
    await move_enrollments(session, class_=class_, moves=moves, now=now)
    await give_claims_back(session, class_=class_, enrollments=held)
    return len(held)


async def end_waitlist_when_due(session: AsyncSession, *, class_id: UUID, now: datetime) -> int:
    """End the waitlist of a class in which nobody will be promoted; return how many got no seat."""
    class_ = await get_class(session, class_id, for_update=True)
    if not rules.waitlist_over(
        class_state=class_.state,
        promote_until=class_.promote_until,
        starts_at=class_.starts_at,
        now=now,
    ):
        return 0
    return await end_waitlist(session, class_=class_, now=now)


async def lock_enrollment(
    session: AsyncSession, *, scope: Scope, class_id: UUID, enrollment_id: UUID
) -> tuple[Class, Enrollment]:
    """Return an enrollment that `scope` may write, with its class locked.

    Whoever may not write it is refused before the lock; what it says counts under the lock.
    """
    enrollment = await queries.get_enrollment(
        session, scope=scope, class_id=class_id, enrollment_id=enrollment_id
    )
    if not scope.admits(place_of(enrollment), write=True):
        raise OutsideScopeError
    class_ = await get_class(session, class_id, for_update=True)
    await session.refresh(enrollment)
    return class_, enrollment


async def cancel_enrollment(
    session: AsyncSession,
    *,
    scope: Scope,
    class_id: UUID,
    enrollment_id: UUID,
    reason: str | None,
    now: datetime,
) -> Enrollment:
    """Give a seat or a place in line back; a freed seat goes to the next who waits.

    Raises:
        EnrollmentUnknownError: when the scope sees no such enrollment.
        OutsideScopeError: when the scope may read it only.
        EnrollmentStateError: when it is no longer SEATED, OFFERED or WAITLISTED.
        HasAttendedError: when the person was present at the opening or at any session.
    """
    class_, row = await lock_enrollment(
        session, scope=scope, class_id=class_id, enrollment_id=enrollment_id
    )
    attended = await has_attended(session, class_id, enrollment_id)
    rules.check_cancel(present=row.state, presence=row.presence, attended=attended)
    move = Move(row, Topic.CANCELLED, state=EnrollmentState.CANCELLED, reason=reason)
    await move_enrollments(session, class_=class_, moves=[move], now=now)
    await give_claims_back(session, class_=class_, enrollments=[row])
    await promote_waiting(session, class_=class_, now=now)
    await session.flush()
    return row


async def end_training(
    session: AsyncSession,
    *,
    scope: Scope,
    class_id: UUID,
    enrollment_id: UUID,
    state: EnrollmentState,
    reason: str | None,
    now: datetime,
) -> Enrollment:
    """Record that somebody has completed the training or dropped out; the seat stays taken.

    Raises:
        EnrollmentUnknownError: when the scope sees no such enrollment.
        OutsideScopeError: when the scope may read it only.
        ClassNotRunningError: when the class has not opened, or has ended.
        EnrollmentStateError: when the person does not hold a running seat.
    """
    class_, row = await lock_enrollment(
        session, scope=scope, class_id=class_id, enrollment_id=enrollment_id
    )
    rules.check_end(present=row.state, wanted=state, class_state=class_.state)
    move = Move(row, _END_TOPICS[state], state=state, reason=reason)
    await move_enrollments(session, class_=class_, moves=[move], now=now)
    return row


async def change_size(
    session: AsyncSession, *, class_: Class, change: ClassChange, scope: Scope, now: datetime
) -> None:
    """Change the label or the size of a locked class; seats that come free go to who waits.

    Raises:
        OutsideScopeError: when it lies outside the caller's scope.
        ClassNotPlannedError: when it has opened, ended or been cancelled.
        CapacityBelowTakenError: when more seats are taken; `enrollment_ids` names who holds them.
        ReserveBelowWaitingError: when more people wait.
        CapacityAboveSpaceError: when it would be larger than its space.
        SelectionApprovedError: when a selection has been approved for this size, and is not
            announced yet.
    """
    asked = change.model_fields_set.intersection(_SIZE)
    if any(getattr(change, name) != getattr(class_, name) for name in asked):
        check_unapproved(await queries.selection_state(session, class_.wave_id))
    try:
        await change_class(session, class_, change=change, scope=scope, now=now)
    except CapacityBelowTakenError as error:
        # The row holds a size that the table would refuse: it must not be written now.
        with session.no_autoflush:
            holders = await queries.enrollments_in_state(
                session, class_id=class_.id, states=HOLDS_SEAT
            )
        error.extra["enrollment_ids"] = [str(each.id) for each in holders]
        raise
    await promote_waiting(session, class_=class_, now=now)
    await session.flush()
