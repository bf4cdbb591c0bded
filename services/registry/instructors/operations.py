"""Changes to instructors, each within the caller's transaction."""

from datetime import datetime
from typing import Final

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.base import Event
from services.registry.facilities.queries import get_facility_for_change
from services.registry.facilities.rules import FacilityClosedError, FacilityNotFoundError
from services.registry.instructors.rules import (
    HomeFacilityUnknownError,
    InstructorCodeTakenError,
    InstructorIdTakenError,
)
from services.registry.instructors.schemas import InstructorCreate
from services.registry.instructors.tables import Instructor
from shared.db.base import translate
from shared.db.events import emit
from shared.db.within import place_of
from shared.errors import ServiceError
from shared.ids import new_id
from shared.schemas.registry import FacilityStatus, InstructorRegistered, Topic
from shared.scope import Scope

_REFUSALS: Final[dict[str, type[ServiceError]]] = {
    "pk_instructor": InstructorIdTakenError,
    "uq_instructor_code": InstructorCodeTakenError,
}


async def register_instructor(
    session: AsyncSession, body: InstructorCreate, *, scope: Scope, now: datetime
) -> Instructor:
    """Register an instructor at a facility and tell the other services, not by name.

    Raises:
        HomeFacilityUnknownError: when there is no such facility.
        OutOfScopeError: when it lies outside the caller's scope.
        FacilityClosedError: when it is closed.
        InstructorIdTakenError, InstructorCodeTakenError: when she is registered already.
    """
    try:
        home = await get_facility_for_change(session, body.home_facility_id, scope=scope)
    except FacilityNotFoundError as error:
        raise HomeFacilityUnknownError(pointer="/home_facility_id") from error
    if home.status is FacilityStatus.CLOSED:
        raise FacilityClosedError(pointer="/home_facility_id")
    instructor = Instructor(
        **{**body.model_dump(), "id": body.id or new_id()},
        province_code=home.province_code,
        regency_code=home.regency_code,
        owner_ministry=home.owner_ministry,
        created_at=now,
    )
    session.add(instructor)
    try:
        await session.flush()
    except IntegrityError as error:
        raise translate(error, _REFUSALS) from error
    await _announce(session, instructor, now=now)
    return instructor


async def _announce(session: AsyncSession, instructor: Instructor, *, now: datetime) -> None:
    await emit(
        session,
        Event,
        topic=Topic.INSTRUCTOR_REGISTERED,
        stream_id=instructor.id,
        event=InstructorRegistered(
            instructor_id=instructor.id, home_facility_id=instructor.home_facility_id
        ),
        place=place_of(instructor),
        occurred_at=now,
    )
