"""What a class uses, and what the registry vouches for."""

from datetime import date
from uuid import UUID

from pydantic import Field

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
    instructor_ids: list[UUID]
    instructor_names: list[str]
