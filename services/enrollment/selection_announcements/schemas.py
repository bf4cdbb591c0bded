"""What the job of an announcement is told."""

from typing import ClassVar
from uuid import UUID

from shared.schemas.base import Message


class AnnounceSelection(Message):
    """The job that gives the places of a wave whose selection was approved."""

    kind: ClassVar[str] = "announce-selection"

    wave_id: UUID
