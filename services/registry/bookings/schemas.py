"""Bodies of bookings."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Final
from uuid import UUID

from pydantic import AwareDatetime, Field, StringConstraints, model_validator

from services.registry.bookings.rules import MAX_SLOTS, Span, Weekly
from services.registry.opening_hours.schemas import LocalTime, Weekday
from shared.i18n import Text
from shared.schemas.base import Body, Ministry, Read
from shared.schemas.registry import BookingPurpose, BookingState, SlotState

People = Annotated[int, Field(ge=1, le=10_000, description="People at one time.")]
Reason = Annotated[str, StringConstraints(min_length=1, max_length=500)]


class RequestedPurpose(StrEnum):
    """What somebody may ask for a space for."""

    CLASS = "CLASS"
    MINISTRY = "MINISTRY"
    ENTREPRENEUR = "ENTREPRENEUR"


class SlotTime(Body):
    """A range of time, its end not included."""

    starts_at: AwareDatetime
    ends_at: AwareDatetime

    def span(self) -> Span:
        """Return it as the rules see it."""
        return Span(self.starts_at, self.ends_at)


class Repeat(Body):
    """The same hours every week, both days included, by the clocks of the facility."""

    weekdays: list[Weekday] = Field(min_length=1, max_length=7)
    first: date = Field(alias="from")
    last: date = Field(alias="to")
    starts: LocalTime
    ends: LocalTime

    def weekly(self) -> Weekly:
        """Return it as the rules see it."""
        return Weekly(frozenset(self.weekdays), self.first, self.last, self.starts, self.ends)


# What a purpose needs to be named, by the member of the body.
_NAMED: Final = {
    "class_id": RequestedPurpose.CLASS,
    "participant_id": RequestedPurpose.ENTREPRENEUR,
}


class BookingCreate(Body):
    """A space asked for: at `slots`, or as often as `repeat` says.

    `agreement_id` may be left out; an agreement that allows it is looked for then.
    """

    id: UUID | None = None
    space_id: UUID
    ministry: Ministry
    purpose: RequestedPurpose
    class_id: UUID | None = None
    participant_id: UUID | None = None
    agreement_id: UUID | None = None
    people: People
    slots: list[SlotTime] | None = Field(default=None, min_length=1, max_length=MAX_SLOTS)
    repeat: Repeat | None = None

    @model_validator(mode="after")
    def _is_sound(self) -> "BookingCreate":
        if (self.slots is None) == (self.repeat is None):
            raise ValueError(Text("Isi slots atau repeat.", "State either slots or repeat."))
        for member, purpose in _NAMED.items():
            if (getattr(self, member) is not None) != (self.purpose is purpose):
                raise ValueError(
                    Text(f"{member} hanya untuk {purpose}.", f"{member} belongs to {purpose}.")
                )
        return self


class Decision(Body):
    """Why something is refused or cancelled."""

    reason: Reason


class BookingRead(Read):
    """A booking; `starts_at` and `ends_at` are those of its first and last slot."""

    id: UUID
    space_id: UUID
    facility_id: UUID
    owner_ministry: str
    ministry: str = Field(validation_alias="co_ministry")
    purpose: BookingPurpose
    class_id: UUID | None
    participant_id: UUID | None
    agreement_id: UUID | None
    people: int
    state: BookingState
    starts_at: datetime
    ends_at: datetime
    hold_until: datetime | None
    requested_at: datetime
    decided_at: datetime | None
    reason: str | None
    version: int


class SlotRead(Read):
    """One time range of a booking."""

    position: int
    starts_at: datetime
    ends_at: datetime
    state: SlotState


class BookingDetail(BookingRead):
    """A booking with its slots."""

    slots: list[SlotRead]


class BusyKind(StrEnum):
    """Why a space is not free."""

    BOOKED = "BOOKED"
    OUT_OF_SERVICE = "OUT_OF_SERVICE"


class BusyRead(Read):
    """A time at which a space is not free; who has it is not told."""

    starts_at: datetime
    ends_at: datetime
    kind: BusyKind
