"""Facilities and their spaces, as the registry states them."""

from enum import StrEnum
from uuid import UUID

from shared.schemas.base import Message


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


class FacilityCell(Message):
    """What a count of facilities can be cut by."""

    province_code: str
    regency_code: str
    facility_kind: FacilityKind
    owner_ministry: str
    status: FacilityStatus


class FacilityMoved(Message):
    """Event: a facility has come, changed or changed status; figures add -before, +after.

    `name` is empty in events that were told before it was a member.
    """

    facility_id: UUID
    code: str
    name: str = ""
    before: FacilityCell | None
    after: FacilityCell


class SpaceStated(Message):
    """Event: a facility has a space, or its capacity is another one now."""

    space_id: UUID
    facility_id: UUID
    capacity: int
