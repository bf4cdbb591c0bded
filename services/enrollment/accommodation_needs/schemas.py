"""Bodies of accommodation needs; what is said of a person is kept out of every repr."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from services.enrollment.accommodation_needs.rules import NeedKind
from shared.schemas.base import Body, Message, Read


class NeedCreate(Body):
    """What somebody needs to take part; told with the person's consent to a version of the text."""

    kind: NeedKind = Field(repr=False)
    note: Annotated[str, StringConstraints(min_length=1, max_length=500)] | None = Field(
        default=None, repr=False
    )
    consent_version: Annotated[str, StringConstraints(min_length=1, max_length=40)]


class NeedSealed(Message):
    """What of a need is sealed."""

    kind: NeedKind = Field(repr=False)
    note: str | None = Field(repr=False)


class NeedReceipt(Read):
    """What recording a need answers: nothing of the need."""

    id: UUID
    participant_id: UUID
    consent_version: str
    recorded_at: datetime


class NeedRead(NeedReceipt):
    """A need; kind and note are gone once the person's data are erased."""

    kind: NeedKind | None
    note: str | None


class NeedsRead(Read):
    """All needs of a person, the latest first."""

    items: list[NeedRead]


class SeatNeed(Read):
    """What somebody who holds a seat needs; the name is masked as on the roll."""

    enrollment_id: UUID
    masked_name: str
    kind: NeedKind
    note: str | None


class SeatNeeds(Read):
    """What those who hold a seat in a class need."""

    items: list[SeatNeed]
