"""Bodies of facilities."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BeforeValidator,
    Field,
    StringConstraints,
    model_validator,
)

from services.registry.facilities.rules import FacilityForm, FacilitySort
from shared.i18n import Text
from shared.schemas.base import AreaCode, Body, Code, Label, Ministry, Read
from shared.schemas.registry import FacilityKind, FacilityStatus, TimeZone

TradeCode = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Z][A-Z0-9_]{1,39}$"),
    Field(description="Vocational field (kejuruan): GARMENT, WELDING, ICT, BAKERY."),
]


def _in_order(trades: list[str]) -> list[str]:
    return sorted(set(trades))


Trades = Annotated[list[TradeCode], Field(max_length=50), AfterValidator(_in_order)]
Latitude = Annotated[float, Field(ge=-90, le=90)]
Longitude = Annotated[float, Field(ge=-180, le=180)]
Address = Annotated[str, StringConstraints(min_length=1, max_length=500)]


class InitialStatus(StrEnum):
    """Where the life of a facility may begin."""

    PLANNED = "PLANNED"
    ACTIVE = "ACTIVE"


class FacilityCreate(Body):
    """A facility to register; `area_code` names its regency, district or village."""

    id: UUID | None = None
    code: Code
    name: Label
    kind: FacilityKind
    form: FacilityForm | None = None
    institution_id: UUID | None = None
    parent_id: UUID | None = None
    owner_ministry: Ministry
    area_code: AreaCode
    latitude: Latitude | None = None
    longitude: Longitude | None = None
    status: InitialStatus = InitialStatus.PLANNED
    trades: Trades = Field(default_factory=list)
    address: Address | None = None
    synthetic: bool = False


# Members that every facility has, so that a merge patch cannot take them away.
_NEVER_NULL = ("name", "kind", "owner_ministry", "area_code", "trades")


class FacilityChange(Body):
    """A merge patch (RFC 7396): members left out stay, null empties, lists are replaced whole."""

    name: Label | None = None
    kind: FacilityKind | None = None
    form: FacilityForm | None = None
    institution_id: UUID | None = None
    parent_id: UUID | None = None
    owner_ministry: Ministry | None = None
    area_code: AreaCode | None = None
    latitude: Latitude | None = None
    longitude: Longitude | None = None
    trades: Trades | None = None
    address: Address | None = None

    @model_validator(mode="after")
    def _keep_what_every_facility_has(self) -> "FacilityChange":
        for member in _NEVER_NULL:
            if member in self.model_fields_set and getattr(self, member) is None:
                raise ValueError(Text(f"{member} tidak boleh null.", f"{member} cannot be null."))
        return self


Reason = Annotated[str, StringConstraints(min_length=3, max_length=500)]


class FacilityTurn(Body):
    """Why a facility changes its status; whoever reads the registry reads it, so name nobody."""

    reason: Reason | None = None


class FacilityRead(Read):
    """A facility; `distance_m` is given in a search around a point."""

    id: UUID
    code: str
    name: str
    kind: FacilityKind
    form: FacilityForm | None
    institution_id: UUID | None
    parent_id: UUID | None
    owner_ministry: str
    area_code: str
    province_code: str
    regency_code: str
    time_zone: TimeZone
    latitude: float | None
    longitude: float | None
    status: FacilityStatus
    trades: list[str]
    address: str | None
    synthetic: bool
    version: int
    created_at: datetime
    updated_at: datetime
    closed_at: datetime | None
    distance_m: int | None = None


def _listed(values: object) -> object:
    """Read `A,B` as well as `A` and `B` given one by one."""
    parts = values if isinstance(values, list) else [values]
    return [part for value in parts for part in str(value).split(",")]


def _upper(value: object) -> object:
    return value.upper() if isinstance(value, str) else value


CodePrefix = Annotated[Code, BeforeValidator(_upper)]
ExternalCode = Annotated[
    str, StringConstraints(pattern=r"^[A-Z][A-Z0-9._-]{1,39}:.{1,100}$", strip_whitespace=True)
]


class FacilityQuery(Body):
    """What a list of facilities is narrowed to, and which of its pages is meant."""

    area: AreaCode | None = Field(default=None, description="Any area code: all within it.")
    kind: Annotated[list[FacilityKind], BeforeValidator(_listed)] = Field(
        default_factory=list, description="One or more: PLUT,BLKK."
    )
    status: Annotated[list[FacilityStatus], BeforeValidator(_listed)] = Field(
        default_factory=list, description="One or more: ACTIVE,PLANNED."
    )
    trade: TradeCode | None = Field(default=None, description="GARMENT, ICT, BAKERY ...")
    owner_ministry: Annotated[list[Ministry], BeforeValidator(_listed)] = Field(
        default_factory=list, description="One or more: MANPOWER,MSME."
    )
    institution_id: UUID | None = Field(default=None, description="The institution that owns it.")
    parent_id: UUID | None = Field(default=None, description="The facility that it belongs to.")
    code: CodePrefix | None = Field(default=None, description="How the code begins.")
    external_code: ExternalCode | None = Field(
        default=None, description="SCHEME:CODE that leads to it today: SIMAK-BMN:1234."
    )
    updated_after: AwareDatetime | None = Field(
        default=None, description="Changed after this instant: 2026-05-06T00:00:00Z."
    )
    q: str | None = Field(
        default=None,
        min_length=3,
        max_length=100,
        description="Words of the name: best match first, misspelt ones where few names hold them.",
    )
    near: str | None = Field(default=None, description="latitude,longitude: nearest first.")
    sort: FacilitySort | None = Field(
        default=None, description="Other than distance with `near`, relevance with `q`, else code."
    )
    radius_km: float | None = Field(default=None, gt=0, le=5000, description="With `near`.")
    limit: int = Field(default=50, ge=1, description="More than 200 is taken as 200.")
    after: str | None = Field(default=None, description="Cursor of the page that follows.")
