"""The size class of a business, stated without a database."""

from enum import StrEnum
from typing import Final

_BILLION: Final = 1_000_000_000
# Source: PP 7/2021, articles 35 and 36. A later regulation gets its own version.
SIZE_RULE: Final = "PP-7-2021"


class SizeCriterion(StrEnum):
    """By which figure a business is small: its capital without land and buildings, or sales."""

    CAPITAL = "CAPITAL"
    SALES = "SALES"


class SizeClass(StrEnum):
    """Size class of a business, in rising order; PP 7/2021 is not for the large."""

    MICRO = "MICRO"
    SMALL = "SMALL"
    MEDIUM = "MEDIUM"
    LARGE = "LARGE"


_LIMITS: Final = {
    SizeCriterion.CAPITAL: (
        (1 * _BILLION, SizeClass.MICRO),
        (5 * _BILLION, SizeClass.SMALL),
        (10 * _BILLION, SizeClass.MEDIUM),
    ),
    SizeCriterion.SALES: (
        (2 * _BILLION, SizeClass.MICRO),
        (15 * _BILLION, SizeClass.SMALL),
        (50 * _BILLION, SizeClass.MEDIUM),
    ),
}
_ORDER: Final = tuple(SizeClass)


def size_class(criterion: SizeCriterion, rupiah: int) -> SizeClass:
    """Return the class of a business of that capital, or of those sales a year.

    Source: PP 7/2021, article 35 paragraphs 3 and 5: a limit belongs to the class below it.
    """
    for limit, size in _LIMITS[criterion]:
        if rupiah <= limit:
            return size
    return SizeClass.LARGE


def is_larger(after: SizeClass, *, than: SizeClass) -> bool:
    """Tell whether a business has risen to a higher class (naik kelas)."""
    return _ORDER.index(after) > _ORDER.index(than)
