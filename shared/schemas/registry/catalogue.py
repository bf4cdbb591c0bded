"""Services of PLUT and production houses, and local potential, as the registry states them."""

from datetime import date
from uuid import UUID

from shared.schemas.base import Message


class ServiceStated(Message):
    """Event: a service is offered, has changed, or has its last day."""

    service_id: UUID
    facility_id: UUID
    kind: str
    code: str
    offered_from: date
    ended_on: date | None


class RegencyPotentialStated(Message):
    """Event: what a regency makes and asks for in a year has been stated anew."""

    regency_code: str
    year: int
    commodities: int
    people_asked_for: int
