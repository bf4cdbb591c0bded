"""Bodies of shifts."""

from datetime import time
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints, field_validator, model_validator

from services.registry.spaces.schemas import Capacity
from shared.i18n import Text
from shared.schemas.base import Body, Read

ShiftName = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Z][A-Z0-9_]{1,39}$"),
    Field(description="MORNING, AFTERNOON, EVENING, FULL_DAY, or a name of the facility's own."),
]
LocalTime = Annotated[time, Field(description="In the facility's own time: 08:00.")]


def _local(value: time | None) -> time | None:
    if value is not None and value.tzinfo is not None:
        raise ValueError(Text("Waktu setempat tanpa selisih zona.", "A local time has no offset."))
    return value


class ShiftCreate(Body):
    """A shift to add to a facility."""

    id: UUID | None = None
    name: ShiftName
    starts: LocalTime
    ends: LocalTime
    capacity: Capacity

    _local_times = field_validator("starts", "ends")(_local)


class ShiftChange(Body):
    """A merge patch (RFC 7396): members left out stay, and none can be emptied."""

    name: ShiftName | None = None
    starts: LocalTime | None = None
    ends: LocalTime | None = None
    capacity: Capacity | None = None

    _local_times = field_validator("starts", "ends")(_local)

    @model_validator(mode="after")
    def _keep_what_every_shift_has(self) -> "ShiftChange":
        for member in self.model_fields_set:
            if getattr(self, member) is None:
                raise ValueError(Text(f"{member} tidak boleh null.", f"{member} cannot be null."))
        return self


class ShiftRead(Read):
    """A shift of a facility; its times are in the facility's own time."""

    id: UUID
    facility_id: UUID
    name: str
    starts: time
    ends: time
    capacity: int
    version: int
