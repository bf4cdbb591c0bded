"""Samples for auditors."""

from uuid import UUID

from shared.schemas.base import Message


class SampleDrawn(Message):
    """Event: enrollments of a programme, or of one wave, were drawn for auditors."""

    sample_id: UUID
    program_id: UUID
    wave_id: UUID | None
    n: int
    population: int
