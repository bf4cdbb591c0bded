"""What the job that tells all figures is given."""

from typing import ClassVar

from shared.schemas.base import Message


class TellFigures(Message):
    """Job: tell the figures of all places, where they differ from what was told."""

    kind: ClassVar[str] = "tell_figures"
