"""Changes to engagements, each within the caller's transaction."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import delete, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.base import Event
from services.registry.engagements import queries, rules
from services.registry.engagements.rules import InstructorEngagedError, Period
from services.registry.engagements.tables import Engagement, EngagementSlot
from services.registry.facilities.queries import get_facility
from services.registry.facilities.tables import Facility
from services.registry.instructors.operations import leave
from services.registry.instructors.queries import candidates, get_instructor_for_change
from services.registry.instructors.rules import (
    InstructorLeftError,
    InstructorUnknownError,
    check_fit,
)
from services.registry.instructors.tables import Instructor
from services.registry.modules.queries import demands_of, get_module
from services.registry.modules.tables import Module
from services.registry.opening_hours.rules import ZONES
from shared.db.base import translate
from shared.db.events import emit
from shared.db.within import place_of
from shared.errors import ServiceError
from shared.schemas.registry import InstructorsEngaged, InstructorsReleased, Topic
from shared.scope import Scope

_REFUSALS: Final[dict[str, type[ServiceError]]] = {
    "ex_engagement_slot_instructor": InstructorEngagedError,
}


async def engage(
    session: AsyncSession,
    class_id: UUID,
    *,
    facility_id: UUID,
    module_id: UUID,
    instructor_ids: Sequence[UUID],
    sessions: Sequence[Period],
    scope: Scope,
    now: datetime,
) -> bool:
    """Engage instructors for all sessions of a class; tell whether anything changed.

    Asked again for the same instructors and hours nothing is done and nothing is judged anew;
    asked for others, they take the place of those before. Concurrent calls for one class, and for
    one instructor, wait for one another.

    Raises:
        ClassSessionsInvalidError: when a session ends before it starts, or two overlap.
        FacilityNotFoundError, NoSuchModuleError: when the class names what is not there.
        InstructorUnknownError: when an instructor is not there, or not within `scope`.
        InstructorLeftError, CompetenceMissingError, CertificateMissingError,
        CertificateExpiredError: when one may not teach the module until the last day.
        InstructorEngagedError: when one teaches elsewhere in these hours.
    """
    rules.check_sessions(sessions)
    facility = await get_facility(session, facility_id)
    module = await get_module(session, module_id, scope=scope)
    engagement = await lock_engagement(
        session, class_id, facility_id=facility_id, module_id=module_id, now=now
    )
    present = await queries.slots_of(session, class_id)
    wanted = {(each, period) for each in instructor_ids for period in sessions}
    same = (engagement.facility_id, engagement.module_id) == (facility_id, module_id)
    if same and wanted == present:
        return False
    await _check_fit(session, facility, module, instructor_ids, sessions, scope=scope)
    await _check_free(session, class_id, instructor_ids, sessions)
    engagement.facility_id = facility_id
    engagement.module_id = module_id
    await _replace(session, engagement, wanted)
    await _announce_engaged(session, engagement, facility, wanted, now=now)
    return True


async def release(session: AsyncSession, class_id: UUID, *, now: datetime) -> bool:
    """Release whom a class engages; tell whether there was anybody."""
    engagement = await session.get(Engagement, class_id, with_for_update=True)
    present = await queries.slots_of(session, class_id)
    if engagement is None or not present:
        return False
    facility = await get_facility(session, engagement.facility_id)
    await _replace(session, engagement, set())
    await emit(
        session,
        Event,
        topic=Topic.INSTRUCTORS_RELEASED,
        stream_id=class_id,
        event=InstructorsReleased(
            class_id=class_id,
            facility_id=facility.id,
            instructor_ids=sorted({instructor_id for instructor_id, _ in present}),
        ),
        place=place_of(facility),
        occurred_at=now,
        version=engagement.version,
    )
    return True


async def end_service(
    session: AsyncSession, instructor_id: UUID, *, left_on: date, scope: Scope, now: datetime
) -> Instructor:
    """Note the last day in service of an instructor.

    Raises:
        InstructorNotFoundError: when there is none of this id within the caller's scope.
        InstructorLeftError: when she has left by then.
        InstructorStillEngagedError: when she is engaged after that day.
    """
    instructor = await get_instructor_for_change(session, instructor_id, scope=scope)
    if instructor.left_on is not None and instructor.left_on <= left_on:
        raise InstructorLeftError
    zone = await queries.zone_of(session, instructor)
    clash = await queries.engaged_after(session, instructor_id, rules.end_of_day(left_on, zone))
    if clash is not None:
        raise rules.InstructorStillEngagedError(extra={"engaged": [clash.as_member()]})
    await leave(session, instructor, left_on=left_on, now=now)
    return instructor


async def lock_engagement(
    session: AsyncSession, class_id: UUID, *, facility_id: UUID, module_id: UUID, now: datetime
) -> Engagement:
    """Return what a class engages, locked; an empty one when it engages nobody yet."""
    values = {
        "class_id": class_id,
        "facility_id": facility_id,
        "module_id": module_id,
        "version": 0,
        "created_at": now,
    }
    await session.execute(upsert(Engagement).values(values).on_conflict_do_nothing())
    statement = select(Engagement).where(Engagement.class_id == class_id).with_for_update()
    return (await session.scalars(statement)).one()


async def _check_fit(
    session: AsyncSession,
    facility: Facility,
    module: Module,
    instructor_ids: Sequence[UUID],
    sessions: Sequence[Period],
    *,
    scope: Scope,
) -> None:
    demands = demands_of(module)
    first_day, last_day = rules.days_of(sessions, ZONES[facility.time_zone])
    found = await candidates(session, instructor_ids, scope=scope, for_update=True)
    for place, instructor_id in enumerate(instructor_ids):
        pointer = f"/instructor_ids/{place}"
        if instructor_id not in found:
            raise InstructorUnknownError(pointer=pointer)
        check_fit(
            found[instructor_id].candidate,
            demands,
            first_day=first_day,
            last_day=last_day,
            pointer=pointer,
        )


async def _check_free(
    session: AsyncSession,
    class_id: UUID,
    instructor_ids: Sequence[UUID],
    sessions: Sequence[Period],
) -> None:
    clashes = await queries.clashes(
        session, class_id, instructor_ids=instructor_ids, sessions=sessions
    )
    if clashes:
        raise InstructorEngagedError(
            pointer="/instructor_ids", extra={"engaged": [each.as_member() for each in clashes]}
        )


async def _replace(
    session: AsyncSession, engagement: Engagement, wanted: set[tuple[UUID, Period]]
) -> None:
    class_id = engagement.class_id
    engagement.version += 1
    await session.flush()
    await session.execute(delete(EngagementSlot).where(EngagementSlot.class_id == class_id))
    rows = [
        {
            "class_id": class_id,
            "instructor_id": instructor_id,
            "position": position,
            "during": queries.range_of(period),
        }
        for position, (instructor_id, period) in enumerate(sorted(wanted), start=1)
    ]
    if not rows:
        return
    try:
        await session.execute(insert(EngagementSlot), rows)
    except IntegrityError as error:
        raise translate(error, _REFUSALS) from error


async def _announce_engaged(
    session: AsyncSession,
    engagement: Engagement,
    facility: Facility,
    wanted: set[tuple[UUID, Period]],
    *,
    now: datetime,
) -> None:
    await emit(
        session,
        Event,
        topic=Topic.INSTRUCTORS_ENGAGED,
        stream_id=engagement.class_id,
        event=InstructorsEngaged(
            class_id=engagement.class_id,
            facility_id=engagement.facility_id,
            module_id=engagement.module_id,
            instructor_ids=sorted({instructor_id for instructor_id, _ in wanted}),
            sessions=len({period for _, period in wanted}),
        ),
        place=place_of(facility),
        occurred_at=now,
        version=engagement.version,
    )
