"""Changes of planned classes, each within the caller's transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import delete, insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.base import Event
from services.enrollment.class_changes import queries, rules
from services.enrollment.class_changes.rules import ChangeMode, Telling
from services.enrollment.class_changes.schemas import (
    ChangeConsequences,
    ClassChanges,
    RefusalRead,
    ToldRead,
)
from services.enrollment.classes.queries import lock_class, reservation_of
from services.enrollment.classes.rules import check_changeable, check_size
from services.enrollment.classes.schemas import ClassChange
from services.enrollment.classes.tables import Class, Meeting
from services.enrollment.enrollments.operations import change_size
from services.enrollment.notices.queries import seats_of
from services.enrollment.openings.operations import cancel_class
from shared.db.events import emit
from shared.db.within import place_of
from shared.errors import ServiceError
from shared.i18n import Language
from shared.schemas.enrollment import ClassRescheduled, Topic
from shared.schemas.registry import ClassReservation, ClassReserved, ClassSession
from shared.scope import Scope

_SIZE: Final = ("capacity", "reserve_capacity")


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked of a class, and what the registry has for it; None where it is not asked."""

    class_id: UUID
    body: ClassChanges
    reserved: ClassReserved | None
    scope: Scope
    now: datetime


async def judge_change(session: AsyncSession, class_: Class, body: ClassChanges) -> None:
    """Refuse what no planned class can become, before the registry is asked.

    Raises:
        ClassNotPlannedError: when it has opened, ended or been cancelled.
        WaveStartFixedError: when it would start at another hour than its wave.
        NothingChangesError: when it is so already.
    """
    check_changeable(class_.state)
    first = min((each.starts_at for each in body.sessions or ()), default=None)
    rules.check_start(starts_at=class_.starts_at, asked=body.starts_at, first_session=first)
    if body.cancel is None and not await _differs(session, class_, body):
        raise rules.NothingChangesError


async def _differs(session: AsyncSession, class_: Class, body: ClassChanges) -> bool:
    said = {name: getattr(body, name) for name in (*_SIZE, "space_id")}
    if any(value not in (None, getattr(class_, name)) for name, value in said.items()):
        return True
    return body.sessions is not None and body.sessions != await queries.sessions_of(
        session, class_.id
    )


async def wanted_of(
    session: AsyncSession, class_: Class, body: ClassChanges
) -> ClassReservation | None:
    """Return what the registry is to reserve in the place of what it has; None leaves that."""
    capacity = body.capacity or class_.capacity
    if body.sessions is None and body.space_id is None and capacity == class_.capacity:
        return None
    sessions = body.sessions or await queries.sessions_of(session, class_.id)
    wanted = reservation_of(class_, sessions or None)
    return wanted.model_copy(
        update={"space_id": body.space_id or class_.space_id, "people": capacity}
    )


async def open_reservation(session: AsyncSession, class_: Class) -> None:
    """Note that what a locked class has reserved is about to change.

    Whatever happens after that, its reservation is settled until it is what the class says: if the
    change is not committed, the class gets back what it had.
    """
    class_.reserved_at = None
    await session.flush()


async def change_class(session: AsyncSession, wish: Wish) -> ChangeConsequences:
    """Change a class as asked, and tell what followed.

    Raises:
        ClassUnknownError, OutsideScopeError: when there is none within the scope.
        ClassNotPlannedError, WaveStartFixedError, NothingChangesError: see `judge_change`.
        CapacityBelowTakenError, ReserveBelowWaitingError: when people would not fit any more.
        CapacityAboveSpaceError: when it would be larger than its space.
    """
    class_ = await lock_class(session, wish.class_id, scope=wish.scope)
    await judge_change(session, class_, wish.body)
    moves = await _moves(session, class_, wish.body)
    before = await queries.states_of(session, class_.id)
    seated = [each.enrollment_id for each in await seats_of(session, [class_.id])]
    await _apply(session, class_, wish)
    after = await queries.states_of(session, class_.id)
    sessions = wish.body.sessions or await queries.sessions_of(session, class_.id)
    telling = rules.told(before, after, seated=seated if moves else [])
    return ChangeConsequences(
        **_as_it_is(class_),
        mode=ChangeMode.COMMIT,
        possible=True,
        refusals=[],
        sessions=len(sessions),
        told=[ToldRead(enrollment_id=each, of=why) for each, why in telling.items()],
        promoted=[each for each, why in telling.items() if why is Telling.PROMOTED],
        cancelled=[each for each, why in telling.items() if why is Telling.CANCELLED],
        seats_lost=[],
        clashes=await queries.clashes_of(session, class_.id, sessions) if moves else [],
    )


async def try_change(session: AsyncSession, wish: Wish) -> ChangeConsequences:
    """Return what `change_class` would tell, or raise what it would; nothing changes."""
    attempt = await session.begin_nested()
    try:
        return await change_class(session, wish)
    finally:
        await attempt.rollback()


async def foresee_change(
    session: AsyncSession, wish: Wish, *, refused: ServiceError | None, language: Language
) -> ChangeConsequences:
    """Tell what `change_class` would do and what refuses it; everything stays as it is.

    `refused` is what the registry said against it.

    Raises:
        ClassUnknownError, OutsideScopeError: when there is no such class within the scope.
    """
    class_ = await lock_class(session, wish.class_id, scope=wish.scope)
    against = [] if refused is None else [refused]
    holders = queries.holders(await queries.states_of(session, class_.id))
    version = class_.version
    try:
        outcome = await try_change(session, wish)
    except ServiceError as error:
        against.append(error)
        await session.refresh(class_)
        outcome = await _unchanged(session, class_)
    return outcome.model_copy(
        update={
            "mode": ChangeMode.VALIDATE,
            "possible": not against,
            "refusals": [
                RefusalRead(**rules.as_refusal(each, language=language)) for each in against
            ],
            "version": version,
            "seats_lost": rules.seats_lost(holders, capacity=wish.body.capacity),
        }
    )


async def _unchanged(session: AsyncSession, class_: Class) -> ChangeConsequences:
    return ChangeConsequences(
        **_as_it_is(class_),
        mode=ChangeMode.VALIDATE,
        possible=False,
        refusals=[],
        sessions=len(await queries.sessions_of(session, class_.id)),
        told=[],
        promoted=[],
        cancelled=[],
        seats_lost=[],
        clashes=[],
    )


def _as_it_is(class_: Class) -> dict[str, Any]:
    names = ("version", "state", "space_id", "space_name", "starts_at", "ends_at", *_SIZE)
    return {"class_id": class_.id, **{name: getattr(class_, name) for name in names}}


async def _moves(session: AsyncSession, class_: Class, body: ClassChanges) -> bool:
    """Tell whether the class would meet at other hours or in another room."""
    if body.space_id not in (None, class_.space_id):
        return True
    present = await queries.sessions_of(session, class_.id)
    return body.sessions is not None and body.sessions != present


async def _apply(session: AsyncSession, class_: Class, wish: Wish) -> None:
    if wish.body.cancel is not None:
        await cancel_class(
            session, scope=wish.scope, class_id=class_.id, reason=wish.body.cancel, now=wish.now
        )
        return
    if wish.body.space_id is not None and wish.reserved is None:
        # Nobody can tell what fits into a room that the registry refuses.
        return
    said = {name: getattr(wish.body, name) for name in _SIZE}
    change = ClassChange(**{name: value for name, value in said.items() if value is not None})
    smaller = (wish.body.capacity or class_.capacity) <= class_.space_capacity
    # The class always fits into its space: smaller before it moves, larger after.
    if change.model_fields_set and smaller:
        await change_size(session, class_=class_, change=change, scope=wish.scope, now=wish.now)
    if wish.reserved is not None:
        await _reschedule(session, class_, wish.reserved, now=wish.now)
    if change.model_fields_set and not smaller:
        await change_size(session, class_=class_, change=change, scope=wish.scope, now=wish.now)


async def _reschedule(
    session: AsyncSession, class_: Class, reserved: ClassReserved, *, now: datetime
) -> None:
    """Take over what the registry has reserved anew, and tell it when the class moves."""
    check_size(capacity=class_.capacity, space_capacity=reserved.space_capacity)
    present = await queries.sessions_of(session, class_.id)
    left = class_.space_id
    class_.space_id = reserved.space_id
    class_.space_name = reserved.space_name
    class_.space_capacity = reserved.space_capacity
    class_.booking_id = reserved.booking_id
    class_.reserved_at = None
    class_.ends_at = reserved.sessions[-1].ends_at
    class_.version += 1
    await session.flush()
    if reserved.sessions != present:
        await _meet(session, class_.id, reserved.sessions)
    if reserved.sessions == present and left == class_.space_id:
        return
    await emit(
        session,
        Event,
        topic=Topic.CLASS_RESCHEDULED,
        stream_id=class_.id,
        event=ClassRescheduled(
            class_id=class_.id,
            space_id=class_.space_id,
            left_space_id=left,
            sessions=len(reserved.sessions),
            starts_at=class_.starts_at,
            ends_at=class_.ends_at,
        ),
        place=place_of(class_),
        occurred_at=now,
        version=class_.version,
    )


async def _meet(session: AsyncSession, class_id: UUID, sessions: Sequence[ClassSession]) -> None:
    await session.execute(
        delete(Meeting)
        .where(Meeting.class_id == class_id)
        .execution_options(synchronize_session=False)
    )
    rows = [
        {"class_id": class_id, "position": position, **each.model_dump()}
        for position, each in enumerate(sessions, start=1)
    ]
    await session.execute(insert(Meeting), rows)
