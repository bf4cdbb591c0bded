"""What a target is, and what is refused of it."""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum

from shared.errors import InvalidError
from shared.i18n import Text


class TargetMode(StrEnum):
    """Whether a number is reached in all, or comes on top of what was there."""

    TOTAL = "TOTAL"
    ADDITIONAL = "ADDITIONAL"


class TargetRepeatedError(InvalidError):
    """One indicator has two numbers of one mode for one day."""

    code = "agreement-target-repeated"
    title = Text(
        "Indikator ini sudah mempunyai target pada hari yang sama.",
        "This indicator has a target for the same day already.",
    )


def check_targets(targets: Sequence[tuple[str, TargetMode, date]]) -> None:
    """Refuse two numbers for one indicator, mode and day.

    Raises:
        TargetRepeatedError
    """
    for place, target in enumerate(targets):
        if target in targets[:place]:
            raise TargetRepeatedError(pointer=f"/targets/{place}")
