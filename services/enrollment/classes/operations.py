"""Changes to classes."""

from datetime import datetime
from typing import Final

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.base import Event
from services.enrollment.classes import rules
from services.enrollment.classes.queries import cell_of
from services.enrollment.classes.schemas import ClassChange, ClassCreate
from services.enrollment.classes.tables import Class
from services.enrollment.programs.queries import get_program
from services.enrollment.programs.tables import Program
from services.enrollment.waves.queries import get_wave
from services.enrollment.waves.rules import check_not_started, start_instant
from services.enrollment.waves.tables import Wave
from shared.db.base import translate
from shared.db.events import emit
from shared.db.within import place_of
from shared.ids import new_id
from shared.schemas.enrollment import ClassCell, ClassMoved, ClassState, Topic
from shared.schemas.registry import ClassResources
from shared.scope import Scope

_REFUSALS: Final = {
    "pk_class": rules.ClassIdTakenError,
    "uq_class_code": rules.ClassCodeTakenError,
}
# What is copied under the names that the registry gives it.
_COPIED: Final = (
    "facility_id", "facility_code", "facility_name", "facility_kind", "province_code",
    "regency_code", "time_zone", "latitude", "longitude", "space_id", "space_name",
    "space_capacity", "agreement_id", "agreement_number", "module_id", "module_title",
    "module_version", "module_hours",
)  # fmt: skip


async def plan_class(
    session: AsyncSession,
    *,
    body: ClassCreate,
    resources: ClassResources,
    scope: Scope,
    now: datetime,
) -> Class:
    """Add a class to a wave with what the registry has found in order, and tell the others.

    Raises:
        WaveUnknownError: when there is no such wave.
        OutsideScopeError: when the class would lie outside the caller's scope.
        StartsOnError: when the wave starts on another day where the class is.
        WaveStartedError: when the hour of the start has passed.
        CapacityAboveSpaceError: when it would be larger than its space.
        ClassIdTakenError, ClassCodeTakenError: when another class has the id or the code.
    """
    wave = await get_wave(session, body.wave_id)
    program = await get_program(session, wave.program_id)
    planned = _class(body, resources=resources, wave=wave, program=program, now=now)
    rules.check_within(place_of(planned), scope=scope)
    rules.check_starts_on(
        starts_at=planned.starts_at, zone=planned.time_zone, starts_on=body.starts_on
    )
    check_not_started(starts_at=planned.starts_at, now=now)
    rules.check_size(capacity=planned.capacity, space_capacity=planned.space_capacity)
    session.add(planned)
    try:
        await session.flush()
    except IntegrityError as error:
        raise translate(error, _REFUSALS) from error
    await tell_moved(session, planned, topic=Topic.CLASS_PLANNED, before=None, now=now)
    return planned


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
        id=body.id or new_id(),
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
    await emit(
        session,
        Event,
        topic=topic,
        stream_id=row.id,
        event=ClassMoved(
            class_id=row.id,
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
