"""Changes to services, each within the caller's transaction."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.base import Event
from services.registry.facilities.queries import get_facility_for_change
from services.registry.facilities.rules import FacilityClosedError
from services.registry.services import rules
from services.registry.services.schemas import ServiceChange, ServiceCreate, ServiceEnd
from services.registry.services.tables import ServiceOffer
from shared.db.base import translate
from shared.db.events import emit
from shared.db.within import place_of
from shared.errors import ServiceError
from shared.ids import new_id
from shared.schemas.registry import FacilityStatus, ServiceStated, Topic
from shared.scope import Scope

_REFUSALS: Final[dict[str, type[ServiceError]]] = {
    "pk_service_offer": rules.ServiceIdTakenError,
    "uq_service_offer_facility_id_code": rules.ServiceCodeTakenError,
}


async def offer_service(
    session: AsyncSession, facility_id: UUID, body: ServiceCreate, *, scope: Scope, now: datetime
) -> ServiceOffer:
    """Put a service of a facility into the catalogue, and tell the other services.

    Raises:
        FacilityNotFoundError, OutOfScopeError: when the facility is none that the caller changes.
        FacilityClosedError: when it is closed.
        ServiceNotOfferedHereError: when its kind offers none.
        ServiceIdTakenError, ServiceCodeTakenError: when the service is there already.
    """
    facility = await get_facility_for_change(session, facility_id, scope=scope)
    if facility.status is FacilityStatus.CLOSED:
        raise FacilityClosedError
    rules.check_offering(facility.kind)
    service = ServiceOffer(
        **{**body.model_dump(mode="python"), "id": body.id or new_id()},
        facility_id=facility.id,
        province_code=facility.province_code,
        regency_code=facility.regency_code,
        owner_ministry=facility.owner_ministry,
        ended_on=None,
        version=1,
        created_at=now,
    )
    session.add(service)
    try:
        await session.flush()
    except IntegrityError as error:
        raise translate(error, _REFUSALS) from error
    await _tell(session, service, now=now)
    return service


async def correct_service(
    session: AsyncSession, service: ServiceOffer, change: ServiceChange, *, now: datetime
) -> bool:
    """Change the facts that the patch names of a locked service; tell whether any changed.

    Raises:
        ServiceEndedError: when it is no longer offered.
    """
    if service.ended_on is not None:
        raise rules.ServiceEndedError
    wanted = change.model_dump(exclude_unset=True)
    if all(getattr(service, name) == value for name, value in wanted.items()):
        return False
    for name, value in wanted.items():
        setattr(service, name, value)
    await _save(session, service, now=now)
    return True


async def end_service(
    session: AsyncSession, service: ServiceOffer, body: ServiceEnd, *, now: datetime
) -> None:
    """Give a locked service its last day.

    Raises:
        ServiceEndedError: when it has one.
        ServiceEndRefusedError: when it would end before it begins.
    """
    if service.ended_on is not None:
        raise rules.ServiceEndedError
    rules.check_end(offered_from=service.offered_from, ended_on=body.ended_on)
    service.ended_on = body.ended_on
    await _save(session, service, now=now)


async def _save(session: AsyncSession, service: ServiceOffer, *, now: datetime) -> None:
    service.version += 1
    await session.flush()
    await _tell(session, service, now=now)


async def _tell(session: AsyncSession, service: ServiceOffer, *, now: datetime) -> None:
    await emit(
        session,
        Event,
        topic=Topic.SERVICE_STATED,
        stream_id=service.id,
        event=ServiceStated(
            service_id=service.id,
            facility_id=service.facility_id,
            kind=service.kind,
            code=service.code,
            offered_from=service.offered_from,
            ended_on=service.ended_on,
        ),
        place=place_of(service),
        occurred_at=now,
        version=service.version,
    )
