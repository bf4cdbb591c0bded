"""Bodies of spaces."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field, model_validator

from services.registry.spaces.rules import SpaceKind
from shared.i18n import Text
from shared.schemas.base import Body, Label, Read

Capacity = Annotated[int, Field(ge=1, le=10_000, description="Participants at one time.")]


class SpaceCreate(Body):
    """A space to add to a facility."""

    id: UUID | None = None
    name: Label
    kind: SpaceKind = SpaceKind.ROOM
    capacity: Capacity


class SpaceChange(Body):
    """A merge patch (RFC 7396): members left out stay, and none of them can be emptied."""

    name: Label | None = None
    kind: SpaceKind | None = None
    capacity: Capacity | None = None

    @model_validator(mode="after")
    def _keep_what_every_space_has(self) -> "SpaceChange":
        for member in self.model_fields_set:
            if getattr(self, member) is None:
                raise ValueError(Text(f"{member} tidak boleh null.", f"{member} cannot be null."))
        return self


class SpaceRead(Read):
    """A space; one that is closed is not booked any more."""

    id: UUID
    facility_id: UUID
    name: str
    kind: SpaceKind
    capacity: int
    version: int
    closed_at: datetime | None
