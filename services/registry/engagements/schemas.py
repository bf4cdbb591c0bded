"""Bodies of engagements."""

from datetime import date, datetime
from uuid import UUID

from shared.schemas.base import Body, Read


class InstructorEnd(Body):
    """The last day on which an instructor is in service."""

    left_on: date


class EngagementRead(Read):
    """A session for which an instructor is engaged, and by which class."""

    class_id: UUID
    facility_id: UUID
    module_id: UUID
    starts_at: datetime
    ends_at: datetime


class LoadRead(Read):
    """How much an instructor is engaged in a month, as it passes at her home facility."""

    instructor_id: UUID
    month: str
    hours: float
    sessions: int
    classes: int
