"""Of what somebody is reminded, and when."""

from datetime import date
from enum import StrEnum
from typing import Final

# The nearest first: whoever is late is reminded once, of the nearest.
DAYS_BEFORE: Final = (7, 30, 90)


class ReminderSubject(StrEnum):
    """What ends or is due."""

    AGREEMENT = "AGREEMENT"
    ACTION = "ACTION"
    ACCOUNTS = "ACCOUNTS"


def days_before(due_on: date, *, today: date) -> int | None:
    """Return the reminder that is to be written by today: 90, 30 or 7 days before.

    None when the day is further away or has passed. A day on which nobody looked costs nothing:
    the reminder of that day is still the one to be written until the next one is.
    """
    left = (due_on - today).days
    if left < 0:
        return None
    return next((days for days in DAYS_BEFORE if left <= days), None)
