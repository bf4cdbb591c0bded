"""Bodies of changes of classes."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, Field, StringConstraints, model_validator

from services.enrollment.class_changes.rules import ChangeMode, Telling
from shared.i18n import Text
from shared.schemas.base import Body, Read
from shared.schemas.enrollment import ClassState
from shared.schemas.registry import ClassSessions, TimeZone


class ClassChanges(Body):
    """What would change of a planned class; `cancel` goes alone, with its reason.

    `starts_at` can only be what it is: the wave's start rule decides it. `sessions` take the place
    of the whole timetable.
    """

    starts_at: AwareDatetime | None = None
    sessions: ClassSessions | None = None
    space_id: UUID | None = None
    capacity: int | None = Field(default=None, ge=1, le=1000)
    reserve_capacity: int | None = Field(default=None, ge=0, le=1000)
    cancel: Annotated[str, StringConstraints(min_length=3, max_length=500)] | None = None

    @model_validator(mode="after")
    def _say_something(self) -> "ClassChanges":
        named = {name for name in self.model_fields_set if getattr(self, name) is not None}
        if not named:
            raise ValueError(Text("Sebutkan yang berubah.", "Say what changes."))
        if "cancel" in named and len(named) > 1:
            raise ValueError(Text("cancel berdiri sendiri.", "cancel goes alone."))
        return self


class ToldRead(Read):
    """Somebody who is told, and of what."""

    enrollment_id: UUID
    of: Telling


class ClashRead(Read):
    """A session of another class of somebody who has a seat here, at the same hours."""

    enrollment_id: UUID
    other_class_id: UUID
    starts_at: datetime
    ends_at: datetime


class RefusalRead(Read):
    """Why it cannot be done, as the commit would be refused."""

    code: str
    detail: str
    pointer: str | None


class ChangeConsequences(Read):
    """What follows from a change of a class; `version` is that of the class, for If-Match.

    `possible` is false when anything in `refusals` stands against it. People go by their
    enrollments: who is told, who moves up, who loses the place, who would not fit, and whose other
    classes meet at the same hours.
    """

    class_id: UUID
    mode: ChangeMode
    possible: bool
    refusals: list[RefusalRead]
    version: int
    state: ClassState
    space_id: UUID
    space_name: str
    starts_at: datetime
    ends_at: datetime | None
    capacity: int
    reserve_capacity: int
    sessions: int
    told: list[ToldRead]
    promoted: list[UUID]
    cancelled: list[UUID]
    seats_lost: list[UUID]
    clashes: list[ClashRead]


class TimetableSession(Read):
    """A session, in UTC and by the clock of the place."""

    position: int
    starts_at: datetime
    ends_at: datetime
    day: str
    begins: str
    ends: str


class Timetable(Read):
    """All sessions of a class in order; local times are in `time_zone`."""

    class_id: UUID
    label: str
    facility_name: str
    space_name: str
    time_zone: TimeZone
    module_title: str
    module_hours: int
    version: int
    sessions: list[TimetableSession]
