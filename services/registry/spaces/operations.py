"""Changes to spaces, each within the caller's transaction."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.base import Event
from services.registry.facilities.queries import get_facility_for_change
from services.registry.facilities.rules import FacilityClosedError
from services.registry.facilities.tables import Facility
from services.registry.spaces.rules import SpaceIdTakenError, SpaceNameTakenError
from services.registry.spaces.schemas import SpaceCreate
from services.registry.spaces.tables import Space
from shared.db.base import translate
from shared.db.events import Draft, emit_all
from shared.db.within import place_of
from shared.errors import ServiceError
from shared.ids import new_id
from shared.schemas.registry import FacilityStatus, SpaceStated, Topic
from shared.scope import Scope

_REFUSALS: Final[dict[str, type[ServiceError]]] = {
    "pk_space": SpaceIdTakenError,
    "uq_space_facility_id_name": SpaceNameTakenError,
}


def new_space(facility: Facility, body: SpaceCreate, *, now: datetime) -> Space:
    """Return a space of `facility`; where it lies follows the facility."""
    return Space(
        id=body.id or new_id(),
        facility_id=facility.id,
        province_code=facility.province_code,
        regency_code=facility.regency_code,
        owner_ministry=facility.owner_ministry,
        name=body.name,
        kind=body.kind,
        capacity=body.capacity,
        version=1,
        created_at=now,
        closed_at=None,
    )


def resize(space: Space, body: SpaceCreate, *, now: datetime) -> Draft:
    """Give a locked space another kind or capacity, and return the event that tells so."""
    space.kind = body.kind
    space.capacity = body.capacity
    space.version += 1
    return stated(space, now=now)


def stated(space: Space, *, now: datetime) -> Draft:
    """Return the event that tells a space's capacity."""
    return Draft(
        topic=Topic.SPACE_ADDED if space.version == 1 else Topic.SPACE_CHANGED,
        stream_id=space.id,
        event=SpaceStated(
            space_id=space.id, facility_id=space.facility_id, capacity=space.capacity
        ),
        place=place_of(space),
        occurred_at=now,
        version=space.version,
    )


async def add_space(
    session: AsyncSession, facility_id: UUID, body: SpaceCreate, *, scope: Scope, now: datetime
) -> Space:
    """Add a space to a facility and tell the other services.

    Raises:
        FacilityNotFoundError: when there is no such facility.
        OutOfScopeError: when it lies outside the caller's scope.
        FacilityClosedError: when it is closed.
        SpaceIdTakenError, SpaceNameTakenError: when the space is there already.
    """
    facility = await get_facility_for_change(session, facility_id, scope=scope)
    if facility.status is FacilityStatus.CLOSED:
        raise FacilityClosedError
    space = new_space(facility, body, now=now)
    session.add(space)
    try:
        await session.flush()
    except IntegrityError as error:
        raise translate(error, _REFUSALS) from error
    await emit_all(session, Event, [stated(space, now=now)])
    return space
