"""Programmes and waves."""

from uuid import UUID

from shared.schemas.base import Message


class ProgramPublished(Message):
    """Event: a programme exists."""

    program_id: UUID
    code: str
    name: str
    owner_ministry: str
    co_ministry: str | None


class WavePublished(Message):
    """Event: a wave of a programme exists; `synthetic` marks generated data."""

    wave_id: UUID
    program_id: UUID
    code: str
    name: str
    synthetic: bool
