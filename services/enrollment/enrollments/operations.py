"""Changes to enrollments and to the size of a class, each within the caller's transaction.

Every operation locks the class before it judges an enrollment of it: whoever holds that lock is
the only writer of the class's seats and waitlist.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.base import Event
from services.enrollment.classes.operations import change_class
from services.enrollment.classes.queries import get_class
from services.enrollment.classes.rules import OutsideScopeError
from services.enrollment.classes.schemas import ClassChange
from services.enrollment.classes.tables import Class
from services.enrollment.enrollments import queries, rules
from services.enrollment.enrollments.tables import Enrollment, ProgramClaim
from services.enrollment.participants.tables import Participant
from services.enrollment.sheets.queries import has_attended
from shared.db.events import Draft, emit_all
from shared.db.within import place_of
from shared.schemas.enrollment import (
    EnrollmentCell,
    EnrollmentMoved,
    EnrollmentState,
    Presence,
    Topic,
)
from shared.scope import Scope

_END_TOPICS: Final = {
    EnrollmentState.COMPLETED: Topic.COMPLETED,
    EnrollmentState.DROPPED_OUT: Topic.DROPPED_OUT,
}


@dataclass(frozen=True, slots=True)
class Move:
    """What happens to one enrollment; what is None stays as it is."""

    enrollment: Enrollment
    topic: Topic
    state: EnrollmentState | None = None
    presence: Presence | None = None
    reason: str | None = None


def _cell(class_: Class, enrollment: Enrollment) -> EnrollmentCell:
    members = {
        name: getattr(enrollment, name)
        for name in EnrollmentCell.model_fields
        if name != "facility_kind"
    }
    return EnrollmentCell(**members, facility_kind=class_.facility_kind)


def _draft(class_: Class, move: Move, *, now: datetime) -> Draft:
    """Carry the move out on the row and return the event of it."""
    row = move.enrollment
    before = _cell(class_, row)
    if move.state is not None:
        row.state = move.state
        row.decided_at = now
        row.reason = move.reason
    if move.presence is not None:
        row.presence = move.presence
    row.version += 1
    moved = EnrollmentMoved(
        enrollment_id=row.id,
        class_id=class_.id,
        participant_id=row.participant_id,
        before=before,
        after=_cell(class_, row),
    )
    return Draft(
        topic=move.topic,
        stream_id=class_.id,
        event=moved,
        place=place_of(row),
        occurred_at=now,
        version=row.version,
    )


async def move_enrollments(
    session: AsyncSession, *, class_: Class, moves: Iterable[Move], now: datetime
) -> None:
    """Change enrollments of a locked class and write all their events in one statement."""
    drafts = [_draft(class_, move, now=now) for move in moves]
    await session.flush()
    await emit_all(session, Event, drafts)


async def _give_claims_back(
    session: AsyncSession, *, class_: Class, enrollments: Sequence[Enrollment]
) -> None:
    """Let these people claim a place in the programme again."""
    people = [enrollment.participant_id for enrollment in enrollments]
    statement = delete(ProgramClaim).where(
        ProgramClaim.program_id == class_.program_id,
        ProgramClaim.nik_index.in_(select(Participant.nik_index).where(Participant.id.in_(people))),
        ProgramClaim.enrollment_id.in_([enrollment.id for enrollment in enrollments]),
    )
    await session.execute(statement.execution_options(synchronize_session=False))


async def promote_waiting(session: AsyncSession, *, class_: Class, now: datetime) -> int:
    """Give the free seats of a locked class to those who wait, in order; return to how many.

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
    promoted = await queries.next_in_line(session, class_id=class_.id, limit=seats)
    class_.taken += len(promoted)
    class_.waiting -= len(promoted)
    moves = [Move(each, Topic.PROMOTED, state=EnrollmentState.SEATED) for each in promoted]
    await move_enrollments(session, class_=class_, moves=moves, now=now)
    return len(promoted)


async def end_waitlist(session: AsyncSession, *, class_: Class, now: datetime) -> int:
    """Tell all who still wait for a locked class that they got no seat; return how many.

    Their claims are given back, so that they can join another class of the programme.
    """
    if class_.waiting == 0:
        return 0
    left = await queries.enrollments_in_state(
        session, class_id=class_.id, states=[EnrollmentState.WAITLISTED]
    )
    class_.waiting -= len(left)
    moves = [Move(each, Topic.NOT_PLACED, state=EnrollmentState.NOT_PLACED) for each in left]
    await move_enrollments(session, class_=class_, moves=moves, now=now)
    await _give_claims_back(session, class_=class_, enrollments=left)
    return len(left)


async def cancel_everybody(
    session: AsyncSession, *, class_: Class, reason: str, now: datetime
) -> int:
    """Cancel all seats and places in line of a locked class with their claims; return how many."""
    states = [EnrollmentState.SEATED, EnrollmentState.WAITLISTED]
    held = await queries.enrollments_in_state(session, class_id=class_.id, states=states)
    waiting = sum(each.state is EnrollmentState.WAITLISTED for each in held)
    class_.waiting -= waiting
    class_.taken -= len(held) - waiting
    moves = [
        Move(each, Topic.CANCELLED, state=EnrollmentState.CANCELLED, reason=reason) for each in held
    ]
    await move_enrollments(session, class_=class_, moves=moves, now=now)
    await _give_claims_back(session, class_=class_, enrollments=held)
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


async def _locked(
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
        EnrollmentStateError: when it is no longer SEATED or WAITLISTED.
        HasAttendedError: when the person was present at the opening or at any session.
    """
    class_, row = await _locked(
        session, scope=scope, class_id=class_id, enrollment_id=enrollment_id
    )
    attended = await has_attended(session, class_id, enrollment_id)
    rules.check_cancel(present=row.state, presence=row.presence, attended=attended)
    if row.state is EnrollmentState.SEATED:
        class_.taken -= 1
    else:
        class_.waiting -= 1
    move = Move(row, Topic.CANCELLED, state=EnrollmentState.CANCELLED, reason=reason)
    await move_enrollments(session, class_=class_, moves=[move], now=now)
    await _give_claims_back(session, class_=class_, enrollments=[row])
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
    class_, row = await _locked(
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
        CapacityBelowTakenError, ReserveBelowWaitingError: when people would not fit any more.
        CapacityAboveSpaceError: when it would be larger than its space.
    """
    await change_class(session, class_, change=change, scope=scope, now=now)
    await promote_waiting(session, class_=class_, now=now)
    await session.flush()
