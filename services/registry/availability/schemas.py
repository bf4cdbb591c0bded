"""What is asked of the search for free spaces, and what it answers."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BeforeValidator, Field

from services.registry.opening_hours.schemas import LocalTime
from services.registry.spaces.rules import SpaceKind
from shared.schemas.base import AreaCode, Body, Read
from shared.schemas.registry import FacilityKind, TimeZone


def _listed(values: object) -> object:
    """Read `1,2` as well as `1` and `2` given one by one."""
    parts = values if isinstance(values, list) else [values]
    return [part for value in parts for part in str(value).split(",")]


class FreeSlotQuery(Body):
    """What is looked for: how many places, where, on which days and at which hours."""

    people: int = Field(ge=1, le=10_000, description="Places at one time.")
    first: date = Field(alias="from", description="The first day.")
    last: date = Field(alias="to", description="The last day; 92 days at most.")
    starts: LocalTime = Field(description="From this hour of every day, local time: 08:00.")
    ends: LocalTime = Field(description="Until this hour of every day, local time: 16:00.")
    weekdays: Annotated[list[Annotated[int, Field(ge=1, le=7)]], BeforeValidator(_listed)] = Field(
        default_factory=list, description="Only on these: 1,2,3,4,5 (1 is Monday)."
    )
    at_least_days: int | None = Field(
        default=None, ge=1, le=92, description="Enough when free on so many of the days."
    )
    trade: str | None = Field(
        default=None, pattern=r"^[A-Z][A-Z0-9_]{1,39}$", description="WELDING, BAKERY ..."
    )
    kind: Annotated[list[SpaceKind], BeforeValidator(_listed)] = Field(
        default_factory=list, description="Of the space: WORKSHOP,ROOM."
    )
    facility_kind: Annotated[list[FacilityKind], BeforeValidator(_listed)] = Field(
        default_factory=list, description="Of the facility: UPTD,PLUT."
    )
    area: AreaCode | None = Field(default=None, description="Any area code: all within it.")
    near: str | None = Field(default=None, description="latitude,longitude: nearest first.")
    radius_km: float | None = Field(default=None, gt=0, le=5000, description="With `near`.")
    limit: int = Field(default=50, ge=1, description="More than 200 is taken as 200.")
    after: str | None = Field(default=None, description="Cursor of the page that follows.")


class WindowRead(Read):
    """A time at which the space is open and free."""

    starts_at: datetime
    ends_at: datetime


class FreeSpaceRead(Read):
    """A space that holds the people, with the windows at which it is free.

    `hours_stated` is false where the facility does not say when it is open.
    """

    space_id: UUID
    space_name: str
    kind: SpaceKind
    capacity: int
    facility_id: UUID
    facility_code: str
    facility_name: str
    facility_kind: FacilityKind
    owner_ministry: str
    area_code: str
    province_code: str
    regency_code: str
    time_zone: TimeZone
    latitude: float | None
    longitude: float | None
    distance_m: int | None
    hours_stated: bool
    windows: list[WindowRead]
