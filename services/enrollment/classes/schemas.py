"""Bodies of classes."""

from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from pydantic import Field

from services.enrollment.classes.rules import Nearness
from services.enrollment.programs.rules import Refusal
from services.enrollment.waves.rules import SelectionMethod
from shared.schemas.base import Body, Code, Label, Message, Read
from shared.schemas.enrollment import ClassState
from shared.schemas.registry import ClassSessions, FacilityKind, TimeZone


class ClassPlan(Body):
    """What a class would be and use.

    `starts_on` is the local day of the wave's start, by which the registry judges the agreement.
    `capacity` and `reserve_capacity` are the programme's defaults when left out.
    """

    code: Code
    label: Label
    facility_id: UUID
    space_id: UUID
    agreement_id: UUID
    module_id: UUID
    instructor_ids: list[UUID] = Field(min_length=1, max_length=10)
    starts_on: date
    capacity: int | None = Field(default=None, ge=1, le=1000)
    reserve_capacity: int | None = Field(default=None, ge=0, le=1000)
    synthetic: bool = False


class ClassCreate(ClassPlan):
    """A class to plan in a wave.

    Without `sessions` the registry makes the timetable from the hours of the module.
    """

    id: UUID | None = None
    wave_id: UUID
    sessions: ClassSessions | None = None


class SettleReservations(Message):
    """Job: confirm what planned classes have reserved, release what cancelled ones have."""

    kind: ClassVar[str] = "settle_reservations"

    class_ids: list[UUID]


def _without_default(schema: dict[str, Any]) -> None:
    """Leave out of the published face what only marks a member that was left out."""
    schema.pop("default", None)


class ClassChange(Body):
    """What may be changed of a planned class, as a JSON merge patch: what is left out stays.

    Null would remove a member, and none of these can be removed: it is refused.
    """

    label: Label = Field(default="", json_schema_extra=_without_default)
    capacity: int = Field(default=0, ge=1, le=1000, json_schema_extra=_without_default)
    reserve_capacity: int = Field(default=0, ge=0, le=1000, json_schema_extra=_without_default)


class ClassRead(Read):
    """A class with all that was copied from the registry.

    `reserved_at` is when the registry confirmed its space and instructors, which takes a moment.
    """

    id: UUID
    program_id: UUID
    wave_id: UUID
    code: str
    label: str
    state: ClassState
    facility_id: UUID
    facility_code: str
    facility_name: str
    facility_kind: FacilityKind
    host_ministry: str
    owner_ministry: str
    co_ministry: str | None
    province_code: str
    regency_code: str
    time_zone: TimeZone
    latitude: float | None
    longitude: float | None
    space_id: UUID
    space_name: str
    space_capacity: int
    agreement_id: UUID
    agreement_number: str
    module_id: UUID
    module_title: str
    module_version: str
    module_hours: int
    instructor_ids: list[UUID]
    starts_at: datetime
    ends_at: datetime | None
    reserved_at: datetime | None
    opens_at: datetime
    closes_at: datetime
    promote_until: datetime | None
    selection: SelectionMethod
    confirm_hours: int | None
    announced_at: datetime | None
    capacity: int
    reserve_capacity: int
    taken: int
    waiting: int
    opened_at: datetime | None
    opening_reported_at: datetime | None
    completed_at: datetime | None
    synthetic: bool
    version: int
    created_at: datetime


class MeetingRead(Read):
    """One session of a class's timetable."""

    position: int
    starts_at: datetime
    ends_at: datetime


class ClassOffer(Read):
    """A class as somebody sees it who looks for a place.

    `free_seats` is 0 while anybody waits; `waitlist_room` is how many more may wait. Once nobody is
    promoted any more, free seats go to whoever claims them and nobody may wait.
    """

    id: UUID
    program_id: UUID
    wave_id: UUID
    code: str
    label: str
    state: ClassState
    facility_id: UUID
    facility_name: str
    facility_kind: FacilityKind
    province_code: str
    regency_code: str
    time_zone: TimeZone
    latitude: float | None
    longitude: float | None
    module_title: str
    module_hours: int
    starts_at: datetime
    ends_at: datetime | None
    opens_at: datetime
    closes_at: datetime
    capacity: int
    free_seats: int
    waitlist_room: int
    nearness: Nearness | None
    synthetic: bool


class EligibilityAsk(Body):
    """Whose eligibility to judge."""

    participant_id: UUID


class EligibilityRead(Read):
    """Whether a person may join; `refusal` is the code that a claim would be refused with."""

    class_id: UUID
    participant_id: UUID
    eligible: bool
    refusal: Refusal | None
    detail: str | None
