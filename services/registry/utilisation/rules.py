"""What may be asked of the figures of use: by which places, over which months."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from shared.errors import BadRequestError
from shared.i18n import Text
from shared.schemas.base import EARLIEST_YEAR, LATEST_YEAR

MAX_MONTHS: Final = 24
_MONTHS_A_YEAR: Final = 12


class Cut(StrEnum):
    """What the figures are cut by, beside the month."""

    SPACE = "space"
    FACILITY = "facility"
    REGENCY = "regency"
    PROVINCE = "province"


class MonthsInvalidError(BadRequestError):
    """The months are neither one nor a period of at most two years."""

    code = "months-invalid"
    title = Text(
        "Isi month, atau from dan to, paling banyak 24 bulan dari tahun 1900 sampai 2999.",
        "State month, or from and to, 24 months at most of the years 1900 to 2999.",
    )


@dataclass(frozen=True, slots=True)
class Months:
    """The first days of the first and the last month of a period."""

    first: date
    last: date


def months_of(month: str | None, first: str | None, last: str | None) -> Months:
    """Return the period that is asked for: one month (2027-01), or from one to another.

    Raises:
        MonthsInvalidError: when it is neither, ends before it begins, or is too long.
    """
    single = month is not None and first is None and last is None
    period = month is None and first is not None and last is not None
    if not (single or period):
        raise MonthsInvalidError
    found = Months(_first_day(month or first or ""), _first_day(month or last or ""))
    if not 0 <= _number(found.last) - _number(found.first) < MAX_MONTHS:
        raise MonthsInvalidError
    return found


def _first_day(month: str) -> date:
    try:
        found = date.fromisoformat(f"{month}-01")
    except ValueError as error:
        raise MonthsInvalidError from error
    if not EARLIEST_YEAR <= found.year <= LATEST_YEAR:
        raise MonthsInvalidError
    return found


def _number(day: date) -> int:
    return day.year * _MONTHS_A_YEAR + day.month
