"""Changes to classes."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.base import Event, Job
from services.enrollment.classes import rules
from services.enrollment.classes.queries import cell_of, find_class, get_class
from services.enrollment.classes.schemas import ClassChange, ClassCreate, SettleReservations
from services.enrollment.classes.tables import Class, Meeting
from services.enrollment.programs.queries import get_program
from services.enrollment.programs.tables import Program
from services.enrollment.waves.queries import get_wave, hold_wave
from services.enrollment.waves.rules import (
    check_not_cancelled,
    check_not_started,
    start_instant,
)
from services.enrollment.waves.tables import Wave
from shared.db.base import translate
from shared.db.events import Draft, emit_all
from shared.db.jobs import add_job
from shared.db.within import place_of
from shared.schemas.enrollment import ClassCell, ClassMoved, ClassState, Topic
from shared.schemas.registry import ClassReserved, ClassResources
from shared.scope import Scope

_REFUSALS: Final = {
    "pk_class": rules.ClassIdTakenError,
    "uq_class_code": rules.ClassCodeTakenError,
}
# Without an id of the caller's own, two of one id are two of one code.
_REFUSALS_OF_CODE: Final = dict.fromkeys(_REFUSALS, rules.ClassCodeTakenError)
# What is copied under the names that the registry gives it.
_COPIED: Final = (
    "facility_id", "facility_code", "facility_name", "facility_kind", "province_code",
    "regency_code", "time_zone", "latitude", "longitude", "space_id", "space_name",
    "space_capacity", "agreement_id", "agreement_number", "module_id", "module_title",
    "module_version", "module_hours", "trade",
)  # fmt: skip


async def judge_class(
    session: AsyncSession,
    *,
    body: ClassCreate,
    resources: ClassResources,
    scope: Scope,
    now: datetime,
) -> Class:
    """Return the class that would be planned, once nothing refuses it; nothing is stored.

    Raises:
        WaveUnknownError: when there is no such wave.
        WaveCancelledError: when it was called off.
        OutsideScopeError: when the class would lie outside the caller's scope.
        StartsOnError: when the wave starts on another day where the class is.
        WaveStartedError: when the hour of the start has passed.
        CapacityAboveSpaceError: when it would be larger than its space.
        ClassIdTakenError, ClassCodeTakenError: when another class has the id or the code.
    """
    wave = await get_wave(session, body.wave_id)
    check_not_cancelled(wave.cancelled_at)
    program = await get_program(session, wave.program_id)
    planned = _class(body, resources=resources, wave=wave, program=program, now=now)
    rules.check_within(place_of(planned), scope=scope)
    rules.check_starts_on(
        starts_at=planned.starts_at, zone=planned.time_zone, starts_on=body.starts_on
    )
    check_not_started(starts_at=planned.starts_at, now=now)
    rules.check_size(capacity=planned.capacity, space_capacity=planned.space_capacity)
    if await find_class(session, code=body.code) is not None:
        raise rules.ClassCodeTakenError
    if await session.get(Class, planned.id) is not None:
        raise rules.ClassIdTakenError
    return planned


async def plan_class(
    session: AsyncSession,
    *,
    body: ClassCreate,
    reserved: ClassReserved,
    scope: Scope,
    now: datetime,
) -> Class:
    """Add a class to a wave with what the registry holds for it, and tell the others.

    Whoever plans it has the reservation settled in the same transaction: see `settle_later`.

    Raises:
        What `judge_class` raises.
    """
    await hold_wave(session, body.wave_id)
    planned = await judge_class(session, body=body, resources=reserved, scope=scope, now=now)
    planned.booking_id = reserved.booking_id
    planned.ends_at = reserved.sessions[-1].ends_at
    session.add(planned)
    try:
        await session.flush()
    except IntegrityError as error:
        raise translate(error, _REFUSALS if body.id else _REFUSALS_OF_CODE) from error
    meetings = [
        {"class_id": planned.id, "position": position, **each.model_dump()}
        for position, each in enumerate(reserved.sessions, start=1)
    ]
    await session.execute(insert(Meeting), meetings)
    await tell_moved(session, planned, topic=Topic.CLASS_PLANNED, before=None, now=now)
    return planned


async def settle_later(session: AsyncSession, class_ids: list[UUID]) -> None:
    """Have the reservations of classes confirmed, or released where they were cancelled.

    The job is committed with what it is about: whatever happens, the registry is told.
    """
    payload = SettleReservations(class_ids=class_ids)
    await add_job(session, Job, kind=SettleReservations.kind, payload=payload)


async def keep_booking(session: AsyncSession, class_id: UUID, *, booking_id: UUID) -> None:
    """Note what a class holds now in the place of what lapsed."""
    row = await get_class(session, class_id, for_update=True)
    row.booking_id = booking_id
    row.reserved_at = None
    await session.flush()


async def keep_reservation(
    session: AsyncSession, class_id: UUID, *, booking_id: UUID, now: datetime
) -> None:
    """Note that the registry has confirmed what a class holds."""
    row = await get_class(session, class_id, for_update=True)
    if row.booking_id == booking_id:
        row.reserved_at = now
        await session.flush()


async def forget_reservation(session: AsyncSession, class_id: UUID, *, booking_id: UUID) -> None:
    """Note that a cancelled class has given up what it had."""
    row = await get_class(session, class_id, for_update=True)
    if row.booking_id == booking_id:
        row.booking_id = row.reserved_at = None
        await session.flush()


def _class(
    body: ClassCreate,
    *,
    resources: ClassResources,
    wave: Wave,
    program: Program,
    now: datetime,
) -> Class:
    reserve = body.reserve_capacity
    names = zip(resources.instructor_ids, resources.instructor_names, strict=True)
    return Class(
        id=body.id or rules.id_of_code(body.code),
        program_id=program.id,
        wave_id=wave.id,
        code=body.code,
        label=body.label,
        host_ministry=resources.owner_ministry,
        owner_ministry=program.owner_ministry,
        co_ministry=program.co_ministry,
        **{name: getattr(resources, name) for name in _COPIED},
        instructors=[{"id": str(each), "name": name} for each, name in names],
        starts_at=start_instant(
            wave.start_rule,
            starts_at=wave.starts_at,
            starts_local=wave.starts_local,
            zone=resources.time_zone,
        ),
        opens_at=wave.opens_at,
        closes_at=wave.closes_at,
        promote_until=wave.promote_until,
        selection=wave.selection,
        confirm_hours=wave.confirm_hours,
        capacity=program.default_capacity if body.capacity is None else body.capacity,
        reserve_capacity=program.default_reserve_capacity if reserve is None else reserve,
        taken=0,
        waiting=0,
        next_waitlist_number=1,
        state=ClassState.PLANNED,
        synthetic=body.synthetic or wave.synthetic,
        version=1,
        created_at=now,
    )


async def change_class(
    session: AsyncSession, found: Class, *, change: ClassChange, scope: Scope, now: datetime
) -> Class:
    """Change a planned class that is locked; whoever raises its capacity then promotes the waiting.

    Raises:
        OutsideScopeError: when it lies outside the caller's scope.
        ClassNotPlannedError: when it has opened, ended or been cancelled.
        CapacityBelowTakenError, ReserveBelowWaitingError: when people would not fit any more.
        CapacityAboveSpaceError: when it would be larger than its space.
    """
    rules.check_within(place_of(found), scope=scope)
    rules.check_changeable(found.state)
    before = cell_of(found)
    for name in change.model_fields_set:
        setattr(found, name, getattr(change, name))
    rules.check_size(capacity=found.capacity, space_capacity=found.space_capacity)
    rules.check_resize(
        capacity=found.capacity,
        taken=found.taken,
        reserve_capacity=found.reserve_capacity,
        waiting=found.waiting,
    )
    found.version += 1
    await session.flush()
    await tell_moved(session, found, topic=Topic.CLASS_CHANGED, before=before, now=now)
    return found


async def tell_moved(
    session: AsyncSession, row: Class, *, topic: Topic, before: ClassCell | None, now: datetime
) -> None:
    """Tell the other services that a class has come or changed."""
    await tell_all_moved(session, [(row, before)], topic=topic, now=now)


async def tell_all_moved(
    session: AsyncSession,
    rows: Sequence[tuple[Class, ClassCell | None]],
    *,
    topic: Topic,
    now: datetime,
) -> None:
    """Tell the other services that classes have come or changed, each with what it was before."""
    drafts = [
        Draft(
            topic=topic,
            stream_id=row.id,
            event=ClassMoved(
                class_id=row.id,
                code=row.code,
                label=row.label,
                capacity=row.capacity,
                reported_at=row.opening_reported_at,
                before=before,
                after=cell_of(row),
            ),
            place=place_of(row),
            occurred_at=now,
            version=row.version,
        )
        for row, before in rows
    ]
    await emit_all(session, Event, drafts)
