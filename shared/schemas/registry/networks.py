"""Networks, and what institutions are to facilities, as the registry states them."""

from datetime import date
from uuid import UUID

from shared.schemas.base import Message


class FacilityRoleStated(Message):
    """Event: an institution has a role at a facility, or its last day is known.

    The facility's place is null in events that were told before it was a member.
    """

    role_id: UUID
    facility_id: UUID
    institution_id: UUID
    role: str
    valid_from: date
    valid_to: date | None
    hires: int | None
    hires_by: date | None
    province_code: str | None = None
    regency_code: str | None = None
    owner_ministry: str | None = None


class NetworkStated(Message):
    """Event: a network was founded, or what is said of it is another now."""

    network_id: UUID
    code: str
    name: str
    steward_id: UUID


class NetworkMembership(Message):
    """Event: a facility joined a network, or left it after `valid_to`."""

    network_id: UUID
    facility_id: UUID
    valid_from: date
    valid_to: date | None
