"""What the registry says to the other services."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from pydantic import Field

from shared.schemas.base import AreaCode, Body, Message, Ministry, Read


class AreaLevel(StrEnum):
    """The four levels of Kemendagri codes."""

    PROVINCE = "PROVINCE"
    REGENCY = "REGENCY"
    DISTRICT = "DISTRICT"
    VILLAGE = "VILLAGE"


class TimeZone(StrEnum):
    """Indonesia's three time zones. Source: Keppres 41/1987."""

    WIB = "WIB"
    WITA = "WITA"
    WIT = "WIT"


class FacilityKind(StrEnum):
    """Kinds of places that train or serve entrepreneurs."""

    UPTP = "UPTP"
    UPTD = "UPTD"
    BLKK = "BLKK"
    LPKS = "LPKS"
    LPK_COMPANY = "LPK_COMPANY"
    PLUT = "PLUT"
    PRODUCTION_HOUSE = "PRODUCTION_HOUSE"


class FacilityStatus(StrEnum):
    """The life of a facility."""

    PLANNED = "PLANNED"
    ACTIVE = "ACTIVE"
    SUSPENDED = "SUSPENDED"
    CLOSED = "CLOSED"


class AreaRead(Read):
    """One administrative area; `time_zone` is given from the regency down."""

    code: str
    level: AreaLevel
    name: str
    parent_code: str | None
    time_zone: TimeZone | None
    valid_from: date
    valid_to: date | None
    has_children: bool = False


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


class Topic(StrEnum):
    """Events of the registry."""

    AREAS_IMPORTED = "registry.areas.imported"
    FACILITY_REGISTERED = "registry.facility.registered"
    FACILITY_CHANGED = "registry.facility.changed"
    FACILITY_STATUS_CHANGED = "registry.facility.status_changed"
    SPACE_ADDED = "registry.space.added"
    SPACE_CHANGED = "registry.space.changed"
    INSTITUTION_REGISTERED = "registry.institution.registered"
    AGREEMENT_SIGNED = "registry.agreement.signed"
    MODULE_PUBLISHED = "registry.module.published"
    INSTRUCTOR_REGISTERED = "registry.instructor.registered"


class AreasImported(Message):
    """Event: an official list of areas has been loaded in full."""

    levels: dict[AreaLevel, int]
    valid_from: date
    imported_at: datetime


class FacilityCell(Message):
    """What a count of facilities can be cut by."""

    province_code: str
    regency_code: str
    facility_kind: FacilityKind
    owner_ministry: str
    status: FacilityStatus


class FacilityMoved(Message):
    """Event: a facility has come, changed or changed status; figures add -before, +after."""

    facility_id: UUID
    code: str
    before: FacilityCell | None
    after: FacilityCell


class InstitutionRegistered(Message):
    """Event: an institution is known."""

    institution_id: UUID
    code: str
    name: str


class SpaceStated(Message):
    """Event: a facility has a space, or its capacity is another one now."""

    space_id: UUID
    facility_id: UUID
    capacity: int


class AgreementSigned(Message):
    """Event: an MoU or a PKS was signed; `facilities` counts those it covers."""

    agreement_id: UUID
    kind: str
    number: str
    facilities: int


class ModulePublished(Message):
    """Event: there is a new version of a module."""

    module_id: UUID
    code: str
    version: str
    owner_ministry: str


class InstructorRegistered(Message):
    """Event: an instructor is known; who that is stays in the registry."""

    instructor_id: UUID
    home_facility_id: UUID
