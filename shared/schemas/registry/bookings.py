"""When facilities are open and who uses their spaces, as the registry states it."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from shared.schemas.base import Message


class BookingPurpose(StrEnum):
    """What a space is booked for; CLOSURE takes it out of service."""

    CLASS = "CLASS"
    MINISTRY = "MINISTRY"
    ENTREPRENEUR = "ENTREPRENEUR"
    CLOSURE = "CLOSURE"


class BookingState(StrEnum):
    """The life of a booking."""

    REQUESTED = "REQUESTED"
    APPROVED = "APPROVED"
    REFUSED = "REFUSED"
    CANCELLED = "CANCELLED"


class SlotState(StrEnum):
    """The life of one time range of a booking."""

    REQUESTED = "REQUESTED"
    APPROVED = "APPROVED"
    USED = "USED"
    NO_SHOW = "NO_SHOW"
    REFUSED = "REFUSED"
    CANCELLED = "CANCELLED"


class BookingMoved(Message):
    """Event: a booking has come or has another state now.

    `minutes` are those of the slots that went with it, by the month (2027-01) in which they lie in
    the time zone of the facility; `ministry` is the one that uses the space.
    """

    booking_id: UUID
    facility_id: UUID
    space_id: UUID
    purpose: BookingPurpose
    class_id: UUID | None
    participant_id: UUID | None
    owner_ministry: str
    ministry: str
    people: int
    before: BookingState | None
    after: BookingState
    slots: int
    minutes: dict[str, int]


class SlotMoved(Message):
    """Event: one slot of a booking was used, not used, or cancelled by itself."""

    booking_id: UUID
    position: int
    facility_id: UUID
    space_id: UUID
    purpose: BookingPurpose
    class_id: UUID | None
    owner_ministry: str
    ministry: str
    before: SlotState
    after: SlotState
    minutes: dict[str, int]


class HoldConfirmed(Message):
    """Event: a booking that was held for a moment stays."""

    booking_id: UUID
    class_id: UUID | None


class SpaceClosure(Message):
    """Event: a space is out of service for a time, or no longer is."""

    closure_id: UUID
    space_id: UUID
    facility_id: UUID
    starts_at: datetime
    ends_at: datetime


class OpeningHoursStated(Message):
    """Event: a facility has stated when it is open."""

    facility_id: UUID
    weeks: int
    closed_days: int


class ClosedDaysStated(Message):
    """Event: the public holidays of a year are these."""

    year: int
    days: list[date]


class PersonUnlinked(Message):
    """Event: a person was erased; the rows of that person are nobody's, so many by table."""

    participant_id: UUID
    rows: dict[str, int]
