"""What a class uses, and what the registry vouches for."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, Field

from shared.schemas.base import AreaCode, Body, Message, Ministry
from shared.schemas.registry.areas import TimeZone
from shared.schemas.registry.facilities import FacilityKind, FacilityStatus


class ClassCheck(Body):
    """The facility, space, agreement, module and instructors that a class would use."""

    facility_id: UUID
    space_id: UUID
    agreement_id: UUID
    module_id: UUID
    instructor_ids: list[UUID] = Field(min_length=1, max_length=10)
    starts_on: date


class ClassResources(Message):
    """What enrollment copies into a class once the registry has found everything in order."""

    facility_id: UUID
    facility_code: str
    facility_name: str
    facility_kind: FacilityKind
    facility_status: FacilityStatus
    owner_ministry: Ministry
    area_code: AreaCode
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
    trade: str = ""
    instructor_ids: list[UUID]
    instructor_names: list[str]


class ClassSession(Body):
    """One session of a class, its end not included."""

    starts_at: AwareDatetime
    ends_at: AwareDatetime


# As many as a booking has slots at most.
ClassSessions = Annotated[list[ClassSession], Field(min_length=1, max_length=200)]


class ClassReservation(ClassCheck):
    """What a class takes, and when: `ministry` uses it, for `people`.

    Without `sessions` the registry makes a timetable that begins at `starts_at`.
    """

    starts_at: AwareDatetime
    sessions: ClassSessions | None = None
    ministry: Ministry
    people: int = Field(ge=1, le=1000)


class ClassReserved(ClassResources):
    """What a class has been given, until `hold_until` unless it is confirmed."""

    booking_id: UUID
    sessions: list[ClassSession]
    hold_until: datetime | None


class ReserveMode(StrEnum):
    """Reserve, or only tell what would be reserved or refused."""

    COMMIT = "commit"
    VALIDATE = "validate"


class ClassReservationState(StrEnum):
    """The class keeps it, or has it no longer."""

    CONFIRMED = "CONFIRMED"
    RELEASED = "RELEASED"


class ClassHold(StrEnum):
    """The space is the class's own, or only held until it is confirmed."""

    CONFIRMED = "CONFIRMED"
    HELD = "HELD"


class ReservationNamed(Body):
    """Which of the reservations that a class has had is meant."""

    booking_id: UUID


class ReservationRead(Message):
    """What has become of a class's reservation."""

    class_id: UUID
    booking_id: UUID
    state: ClassReservationState
    hold_until: datetime | None = None


class StandingAsk(Body):
    """A planned class, as enrollment has it: what it was given, and from which day to which."""

    class_id: UUID
    facility_id: UUID
    booking_id: UUID | None = None
    agreement_id: UUID
    module_id: UUID
    first_day: date
    last_day: date


class StandingsAsk(Body):
    """The classes of which to tell how they stand."""

    classes: list[StandingAsk] = Field(min_length=1, max_length=1000)


class ClassStanding(Message):
    """What the registry holds for a class at this moment.

    `space` is null when it has none; `agreement` tells that it is in force and covers the facility
    on all days. `module_version` is null when there is no such version or it is a draft.
    """

    class_id: UUID
    facility_active: bool
    space: ClassHold | None
    agreement: bool
    module_version: str | None
    instructors: int


class ClassStandings(Message):
    """How classes stand, in the order in which they were asked for."""

    items: list[ClassStanding]
