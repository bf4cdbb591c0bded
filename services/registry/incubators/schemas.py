"""Bodies of incubators, their people and tenants."""

import re
from datetime import date
from typing import Annotated, Final
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from services.registry.incubators.rules import (
    GraduationResult,
    IncubatorState,
    PersonRole,
    TenantStage,
    TenantStatus,
)
from shared.i18n import Text
from shared.ids import HEX_ID
from shared.schemas.base import Body, Label, Read

Number = Annotated[str, StringConstraints(min_length=1, max_length=100)]
Reason = Annotated[str, StringConstraints(min_length=1, max_length=500)]
Capacity = Annotated[int, Field(ge=1, le=1000, description="Tenants at one time.")]
_NIK: Final = re.compile(rf"{HEX_ID}|(?P<nik>\d{{16}})")


def _opaque(value: str) -> str:
    if any(found["nik"] for found in _NIK.finditer(value)):
        raise ValueError(
            Text("Rujukan tidak boleh memuat NIK.", "The reference must not hold a NIK.")
        )
    return value


BusinessRef = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$"),
    AfterValidator(_opaque),
    Field(description="Another system's opaque identifier of a business; nothing personal."),
]


class IncubatorDesignate(Body):
    """The designation of a facility as an incubator; `valid_to` is its last day."""

    id: UUID | None = None
    decree_number: Number
    decreed_on: date
    valid_from: date
    valid_to: date
    holder_institution_id: UUID | None = Field(
        default=None, description="The legal holder, perhaps the foundation of the facility."
    )
    capacity: Capacity
    synthetic: bool = False


# Members that every designation has, so that a merge patch cannot take them away.
_NEVER_NULL: Final = ("decree_number", "valid_to", "capacity")


class IncubatorChange(Body):
    """A merge patch (RFC 7396): members left out stay; a later decree may change the last day."""

    decree_number: Number | None = None
    valid_to: date | None = None
    holder_institution_id: UUID | None = None
    capacity: Capacity | None = None

    @model_validator(mode="after")
    def _keep_what_every_designation_has(self) -> "IncubatorChange":
        for member in _NEVER_NULL:
            if member in self.model_fields_set and getattr(self, member) is None:
                raise ValueError(Text(f"{member} tidak boleh null.", f"{member} cannot be null."))
        return self


class IncubatorEnd(Body):
    """From which day on a facility is no incubator any more, and why."""

    ended_on: date
    reason: Reason


class IncubatorRead(Read):
    """An incubator; `tenants` are in it now, `in_force` tells whether it holds today."""

    id: UUID
    facility_id: UUID
    decree_number: str
    decreed_on: date
    valid_from: date
    valid_to: date
    holder_institution_id: UUID | None
    capacity: int
    tenants: int
    state: IncubatorState
    in_force: bool
    ended_on: date | None
    end_reason: str | None
    synthetic: bool
    version: int


class PersonName(Body):
    """Who manages or mentors: a name, or an instructor by id; with the institution he comes from.

    `since` is his first day.
    """

    role: PersonRole
    name: Label | None = None
    contact: Label | None = None
    instructor_id: UUID | None = None
    institution_id: UUID | None = None
    since: date


class PersonRelease(Body):
    """The last day of somebody."""

    until: date


class PersonRead(Read):
    """Who manages or mentors an incubator; `until` is his last day."""

    id: UUID
    incubator_id: UUID
    role: PersonRole
    name: str | None
    contact: str | None
    instructor_id: UUID | None
    institution_id: UUID | None
    since: date
    until: date | None


class TenantJoin(Body):
    """A tenant: a participant, a business that another system knows, or both."""

    id: UUID | None = None
    participant_id: UUID | None = None
    business_ref: BusinessRef | None = None
    stage: TenantStage = TenantStage.PRE_INCUBATION
    joined_on: date


class TenantAdvance(Body):
    """The stage that follows."""

    stage: TenantStage


class TenantGraduate(Body):
    """What became of the business."""

    graduated_on: date
    result: GraduationResult


class TenantLeave(Body):
    """The day on which a tenant leaves without having graduated."""

    left_on: date


class TenantRead(Read):
    """A tenant of an incubator, known by reference only."""

    id: UUID
    incubator_id: UUID
    participant_id: UUID | None
    business_ref: str | None
    stage: TenantStage
    status: TenantStatus
    joined_on: date
    graduated_on: date | None
    left_on: date | None
    result: GraduationResult | None
    version: int
