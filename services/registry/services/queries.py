"""Reads of services; the catalogue is nation-wide."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import literal, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import Text

from services.registry.access.rules import check_within
from services.registry.areas.queries import named_like
from services.registry.services.rules import Customer, ServiceKind, ServiceNotFoundError
from services.registry.services.tables import ServiceOffer
from shared.db.within import place_of
from shared.scope import Scope


@dataclass(frozen=True, slots=True)
class ServiceFilter:
    """What the catalogue is narrowed to; `on` is a day on which the service is offered."""

    facility_id: UUID | None = None
    kind: ServiceKind | None = None
    area: str | None = None
    customer: Customer | None = None
    on: date | None = None
    q: str | None = None


async def list_services(
    session: AsyncSession, wanted: ServiceFilter, *, after: UUID | None, limit: int
) -> Sequence[ServiceOffer]:
    """Return up to `limit` services that follow id `after`, in the order of their entry."""
    statement = select(ServiceOffer).order_by(ServiceOffer.id).limit(limit)
    if wanted.facility_id is not None:
        statement = statement.where(ServiceOffer.facility_id == wanted.facility_id)
    if wanted.kind is not None:
        statement = statement.where(ServiceOffer.kind == wanted.kind)
    if wanted.area is not None:
        column = ServiceOffer.regency_code if "." in wanted.area else ServiceOffer.province_code
        statement = statement.where(column == wanted.area[:5])
    if wanted.customer is not None:
        # No customers stated means everybody.
        stated = ServiceOffer.customers.contains([wanted.customer.value])
        everybody = ServiceOffer.customers == literal([], ARRAY(Text()))
        statement = statement.where(stated | everybody)
    if wanted.on is not None:
        statement = statement.where(
            ServiceOffer.offered_from <= wanted.on,
            ServiceOffer.ended_on.is_(None) | (ServiceOffer.ended_on >= wanted.on),
        )
    if wanted.q is not None:
        statement = statement.where(named_like(ServiceOffer.name, wanted.q))
    if after is not None:
        statement = statement.where(ServiceOffer.id > after)
    return (await session.scalars(statement)).all()


async def get_service(session: AsyncSession, service_id: UUID) -> ServiceOffer:
    """Return one service.

    Raises:
        ServiceNotFoundError: when there is none of this id.
    """
    service = await session.get(ServiceOffer, service_id)
    if service is None:
        raise ServiceNotFoundError
    return service


async def get_service_for_change(
    session: AsyncSession, service_id: UUID, *, scope: Scope
) -> ServiceOffer:
    """Return one service that the caller may change, locked until the transaction ends.

    Raises:
        ServiceNotFoundError: when there is none of this id.
        OutOfScopeError: when it lies outside the caller's scope.
    """
    statement = select(ServiceOffer).where(ServiceOffer.id == service_id).with_for_update()
    service = (await session.scalars(statement)).one_or_none()
    if service is None:
        raise ServiceNotFoundError
    check_within(scope, place_of(service))
    return service
