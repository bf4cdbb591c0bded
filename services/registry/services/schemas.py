"""Bodies of services."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from services.registry.services.rules import Customer, ServiceKind
from shared.i18n import Text
from shared.schemas.base import Body, Code, Label, Read

Description = Annotated[str, StringConstraints(min_length=1, max_length=2000)]
Unit = Annotated[
    str,
    StringConstraints(min_length=1, max_length=40),
    Field(description="What one of it is: per konsultasi, per kg, per batch."),
]
Price = Annotated[
    int, Field(ge=0, le=10**12, description="Rupiah for one unit; 0 is free, left out: on request.")
]
Capacity = Annotated[int, Field(ge=1, le=10**6, description="Units in a month.")]


def _in_order(customers: list[Customer]) -> list[Customer]:
    return sorted(set(customers))


Customers = Annotated[list[Customer], Field(max_length=4), AfterValidator(_in_order)]


class ServiceCreate(Body):
    """A service that a facility begins to offer."""

    id: UUID | None = None
    code: Code
    kind: ServiceKind
    name: Label
    description: Description | None = None
    unit: Unit
    price: Price | None = None
    capacity_per_month: Capacity | None = None
    customers: Customers = Field(default_factory=list, description="Empty: for everybody.")
    offered_from: date
    synthetic: bool = False


# Members that every service has, so that a merge patch cannot take them away.
_NEVER_NULL = ("kind", "name", "unit", "customers")


class ServiceChange(Body):
    """A merge patch (RFC 7396): members left out stay, null empties, lists are replaced whole."""

    kind: ServiceKind | None = None
    name: Label | None = None
    description: Description | None = None
    unit: Unit | None = None
    price: Price | None = None
    capacity_per_month: Capacity | None = None
    customers: Customers | None = None

    @model_validator(mode="after")
    def _keep_what_every_service_has(self) -> "ServiceChange":
        for member in _NEVER_NULL:
            if member in self.model_fields_set and getattr(self, member) is None:
                raise ValueError(Text(f"{member} tidak boleh null.", f"{member} cannot be null."))
        return self


class ServiceEnd(Body):
    """The last day on which a service is offered."""

    ended_on: date


class ServiceRead(Read):
    """A service of a facility."""

    id: UUID
    facility_id: UUID
    province_code: str
    regency_code: str
    owner_ministry: str
    code: str
    kind: ServiceKind
    name: str
    description: str | None
    unit: str
    price: int | None
    capacity_per_month: int | None
    customers: list[Customer]
    offered_from: date
    ended_on: date | None
    synthetic: bool
    version: int
    created_at: datetime
