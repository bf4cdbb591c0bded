"""Bodies private to merged facilities."""

from typing import ClassVar

from shared.schemas.base import Message


class MoveClasses(Message):
    """Job: move the classes and referrals of all merged facilities to those that stay."""

    kind: ClassVar[str] = "move_classes"
