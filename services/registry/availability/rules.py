"""What may be asked of the search for free spaces, and on which days."""

from collections.abc import Collection
from datetime import date, time, timedelta
from typing import Final

from services.registry.opening_hours.rules import days_between
from shared.errors import InvalidError
from shared.i18n import Text

LONGEST: Final = timedelta(days=91)


class WindowInvalidError(InvalidError):
    """The days or hours end before they begin, none is left, or more is asked than there is."""

    code = "free-slots-invalid"
    title = Text(
        "Periode paling lama 92 hari dan berakhir setelah mulai; sedikitnya satu hari harus ada.",
        "A period of 92 days at most that ends after it begins and holds a day asked for.",
    )


def wanted_days(
    first: date, last: date, *, weekdays: Collection[int], at_least: int | None
) -> list[date]:
    """Return the days on which a space is wanted; no weekdays are all of them.

    Raises:
        WindowInvalidError: when there is none, fewer than `at_least`, or they span too long.
    """
    if not first <= last <= first + LONGEST:
        raise WindowInvalidError(pointer="/to")
    days = [
        day for day in days_between(first, last) if not weekdays or day.isoweekday() in weekdays
    ]
    if not days:
        raise WindowInvalidError(pointer="/weekdays")
    if at_least is not None and at_least > len(days):
        raise WindowInvalidError(pointer="/at_least_days")
    return days


def check_hours(starts: time, ends: time) -> None:
    """Refuse hours that end before they begin.

    Raises:
        WindowInvalidError
    """
    if ends <= starts:
        raise WindowInvalidError(pointer="/ends")
