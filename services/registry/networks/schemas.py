"""Bodies of networks."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints, model_validator

from shared.i18n import Text
from shared.schemas.base import Body, Code, Label, Ministry, Read
from shared.schemas.registry import FacilityKind

Description = Annotated[str, StringConstraints(min_length=1, max_length=1000)]


class NetworkCreate(Body):
    """A network, and the institution that is its steward."""

    id: UUID | None = None
    code: Code
    name: Label
    description: Description | None = None
    steward_id: UUID
    owner_ministry: Ministry | None = None
    synthetic: bool = False


# Members that every network has, so that a merge patch cannot take them away.
_NEVER_NULL = ("name", "steward_id")


class NetworkChange(Body):
    """A merge patch (RFC 7396): members left out stay, null empties."""

    name: Label | None = None
    description: Description | None = None
    steward_id: UUID | None = None

    @model_validator(mode="after")
    def _keep_what_every_network_has(self) -> "NetworkChange":
        for member in _NEVER_NULL:
            if member in self.model_fields_set and getattr(self, member) is None:
                raise ValueError(Text(f"{member} tidak boleh null.", f"{member} cannot be null."))
        return self


class NetworkRead(Read):
    """A network."""

    id: UUID
    code: str
    name: str
    description: str | None
    steward_id: UUID
    owner_ministry: str | None
    synthetic: bool
    version: int
    created_at: datetime


class MembersJoin(Body):
    """Facilities that join from a day on; `valid_to` is their last day, open when left out."""

    facility_ids: list[UUID] = Field(min_length=1, max_length=1000)
    valid_from: date
    valid_to: date | None = None


class MembersJoined(Read):
    """How many facilities joined."""

    joined: int


class MemberLeave(Body):
    """The last day of a membership."""

    valid_to: date


class MemberRead(Read):
    """A facility in a network."""

    id: UUID
    network_id: UUID
    facility_id: UUID
    facility_code: str
    facility_name: str
    facility_kind: FacilityKind
    province_code: str
    regency_code: str
    valid_from: date
    valid_to: date | None
