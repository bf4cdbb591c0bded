"""Bodies of spaces."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.registry.spaces.rules import SpaceKind
from shared.schemas.base import Body, Label, Read

Capacity = Annotated[int, Field(ge=1, le=10_000, description="Participants at one time.")]


class SpaceCreate(Body):
    """A space to add to a facility."""

    id: UUID | None = None
    name: Label
    kind: SpaceKind = SpaceKind.ROOM
    capacity: Capacity


class SpaceRead(Read):
    """A space."""

    id: UUID
    facility_id: UUID
    name: str
    kind: SpaceKind
    capacity: int
