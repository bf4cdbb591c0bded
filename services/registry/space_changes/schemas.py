"""Bodies of times at which a space is out of service."""

from datetime import datetime
from uuid import UUID

from pydantic import AwareDatetime

from services.registry.bookings.schemas import Reason
from shared.schemas.base import Body, Read
from shared.schemas.registry import BookingState


class ClosureCreate(Body):
    """A range at which a space is out of service, and why."""

    id: UUID | None = None
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    reason: Reason


class ClosureRead(Read):
    """A range at which a space is out of service; CANCELLED when it was ended before its time."""

    id: UUID
    space_id: UUID
    starts_at: datetime
    ends_at: datetime
    state: BookingState
    reason: str
    version: int
