"""What somebody is referred to after training, and what the registry vouches for of it."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pydantic import Field

from shared.schemas.base import Body, Message
from shared.schemas.registry.areas import TimeZone
from shared.schemas.registry.classes import ClassSessions
from shared.schemas.registry.facilities import FacilityKind


class ReferralKind(StrEnum):
    """A service of a PLUT or a production house, an incubator, hours on a line, or a bank."""

    PLUT_SERVICE = "PLUT_SERVICE"
    INCUBATOR = "INCUBATOR"
    PRODUCTION_SLOT = "PRODUCTION_SLOT"
    BANK = "BANK"


class ReferralCheck(Body):
    """What somebody would be referred to: a service, an incubator, a space, or an institution."""

    kind: ReferralKind
    target_id: UUID


class ReferralTarget(Message):
    """What enrollment copies into a referral; a bank lies at no facility."""

    kind: ReferralKind
    target_id: UUID
    name: str
    facility_id: UUID | None
    facility_name: str | None
    facility_kind: FacilityKind | None
    province_code: str | None
    regency_code: str | None
    owner_ministry: str | None
    time_zone: TimeZone | None


class TenantCheck(Body):
    """A participant who is said to have become a tenant of an incubator."""

    incubator_id: UUID
    tenant_id: UUID
    participant_id: UUID


class TenantChecked(Message):
    """The tenant is that participant, in that incubator."""

    incubator_id: UUID
    tenant_id: UUID


class ReferralBooking(Body):
    """Hours of a space of a production house, for one entrepreneur and whom he brings."""

    participant_id: UUID
    space_id: UUID
    people: int = Field(ge=1, le=1000)
    slots: ClassSessions


class ReferralBooked(Message):
    """What a referral has been given, until `hold_until` unless it is confirmed."""

    referral_id: UUID
    booking_id: UUID
    facility_id: UUID
    hold_until: datetime | None


class ReferralBookingState(StrEnum):
    """The referral keeps it, or has it no longer."""

    CONFIRMED = "CONFIRMED"
    RELEASED = "RELEASED"


class ReferralBookingNamed(Body):
    """Which of the bookings that a referral has had is meant."""

    booking_id: UUID


class ReferralBookingRead(Message):
    """What has become of a referral's booking."""

    referral_id: UUID
    booking_id: UUID
    state: ReferralBookingState
