"""How a business grew, stated without a database."""

from datetime import date
from enum import StrEnum
from typing import Final

from shared.errors import InvalidError
from shared.i18n import Text
from shared.schemas.enrollment import EntrantKind


class SizeStep(StrEnum):
    """How a size class follows the one before; UP is what is called naik kelas."""

    FIRST = "FIRST"
    UP = "UP"
    SAME = "SAME"
    DOWN = "DOWN"


class StatedInFutureError(InvalidError):
    """Nobody knows how a business will stand."""

    code = "stated-in-future"
    title = Text("Tanggal data usaha di masa depan.", "The statement is of a day to come.")


_ORDER: Final = (
    EntrantKind.PROSPECTIVE,
    EntrantKind.MICRO,
    EntrantKind.SMALL,
    EntrantKind.MEDIUM,
)


def check_as_of(as_of: date, *, today: date) -> None:
    """Refuse a statement of how a business will stand.

    Raises:
        StatedInFutureError: when it is of a day after `today`.
    """
    if as_of > today:
        raise StatedInFutureError(pointer="/as_of")


def size_step(before: EntrantKind | None, after: EntrantKind) -> SizeStep:
    """Return how a size class follows the one before; None is the first that is known."""
    if before is None:
        return SizeStep.FIRST
    grown = _ORDER.index(after) - _ORDER.index(before)
    if grown == 0:
        return SizeStep.SAME
    return SizeStep.UP if grown > 0 else SizeStep.DOWN
