"""Bodies of the area copy."""

from datetime import datetime

from shared.schemas.base import Message, Read
from shared.schemas.registry import AreaLevel


class AreasState(Read):
    """Whether people can register: which levels have been copied in full, and when the last was."""

    copied_at: datetime | None
    areas: int
    levels: dict[AreaLevel, int]


class CopyAreas(Message):
    """The job that copies levels from the registry, in this order."""

    levels: list[AreaLevel]
