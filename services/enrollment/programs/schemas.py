"""Bodies of programmes."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints, model_validator

from services.enrollment.programs.rules import SizeCriterion
from shared.i18n import Text
from shared.schemas.base import Body, Code, Label, Ministry, Read
from shared.schemas.enrollment import EntrantKind

HomeArea = Annotated[
    str,
    StringConstraints(pattern=r"^\d{2}(\.\d{2})?$"),
    Field(description="Province 33 or regency 33.73."),
]
Age = Annotated[int, Field(ge=0, le=150, description="Full years.")]


class ProgramCreate(Body):
    """A programme to publish; `area_codes` empty means that people from everywhere may join.

    Who attends `min_attendance_percent` of the sessions, late by `late_minutes` at most, has
    attended enough. `attendance_lock_days` after a session has ended only an office corrects.
    """

    id: UUID | None = None
    code: Code
    name: Label
    owner_ministry: Ministry
    co_ministry: Ministry | None = None
    entrant_kinds: list[EntrantKind] = Field(min_length=1, max_length=4)
    min_age: Age = 18
    max_age: Age = 150
    area_codes: list[HomeArea] = Field(default_factory=list, max_length=600)
    size_criterion: SizeCriterion = SizeCriterion.BY_FOUNDING
    default_capacity: int = Field(default=16, ge=1, le=1000)
    default_reserve_capacity: int = Field(default=2, ge=0, le=1000)
    min_attendance_percent: int = Field(default=80, ge=0, le=100)
    late_minutes: int = Field(default=15, ge=0, le=600)
    attendance_lock_days: int = Field(default=7, ge=0, le=365)
    min_post_score: int | None = Field(default=None, ge=0, le=100)
    all_units_required: bool = False
    synthetic: bool = False


class ProgramChange(Body):
    """A merge patch (RFC 7396): members left out stay, and none can be emptied.

    Whom a programme is for cannot change; the sizes count for classes that are planned later.
    """

    name: Label | None = None
    default_capacity: int | None = Field(default=None, ge=1, le=1000)
    default_reserve_capacity: int | None = Field(default=None, ge=0, le=1000)
    min_attendance_percent: int | None = Field(default=None, ge=0, le=100)
    late_minutes: int | None = Field(default=None, ge=0, le=600)
    attendance_lock_days: int | None = Field(default=None, ge=0, le=365)

    @model_validator(mode="after")
    def _keep_what_every_program_has(self) -> "ProgramChange":
        for member in self.model_fields_set:
            if getattr(self, member) is None:
                raise ValueError(Text(f"{member} tidak boleh null.", f"{member} cannot be null."))
        return self


class ProgramRead(Read):
    """A programme; `rule_version` names the regulation by which businesses are sized."""

    id: UUID
    code: str
    name: str
    owner_ministry: str
    co_ministry: str | None
    entrant_kinds: list[EntrantKind]
    min_age: int
    max_age: int
    area_codes: list[str]
    size_criterion: SizeCriterion
    rule_version: str
    default_capacity: int
    default_reserve_capacity: int
    min_attendance_percent: int
    late_minutes: int
    attendance_lock_days: int
    min_post_score: int | None
    all_units_required: bool
    synthetic: bool
    version: int
    created_at: datetime
