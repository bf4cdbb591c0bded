"""When a class is asked, and until when one waits for it, stated without a database."""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from shared.errors import ConflictError, InvalidError, NotFoundError
from shared.i18n import Text
from shared.schemas.reporting import HORIZONS, HorizonMonths

# Days of follow-ups are those of the figures.
_JAKARTA: Final = ZoneInfo("Asia/Jakarta")
# What is asked where nobody has said otherwise.
OPEN_DAYS: Final = 45
REMIND_DAYS: Final = 10


class CohortState(StrEnum):
    """The life of a cohort: its day has not come, its people are asked, or given up."""

    PLANNED = "PLANNED"
    OPEN = "OPEN"
    CLOSED = "CLOSED"


class CohortUnknownError(NotFoundError):
    """There is no such cohort, or the caller may not know that there is."""

    code = "cohort-unknown"
    title = Text("Kohort penelusuran tidak ditemukan.", "There is no such cohort.")


class CohortNotDueError(ConflictError):
    """The day on which the class is asked has not come."""

    code = "cohort-not-due"
    title = Text("Waktu penelusuran kelas ini belum tiba.", "It is not yet time to ask this class.")


class CohortNotPlannedError(ConflictError):
    """The class is being asked already, or has been."""

    code = "cohort-not-planned"
    title = Text("Kelas ini sudah ditanya.", "This class has been asked.")


class PlanInvalidError(InvalidError):
    """Nobody could be asked, or reminded, like that."""

    code = "followup-plan-invalid"
    title = Text(
        "Rencana penelusuran tidak sah: bulan terulang, atau pengingat sebelum pembukaan.",
        "The plan does not fit: a month is repeated, or one is reminded before one is asked.",
    )


@dataclass(frozen=True, slots=True)
class Timing:
    """After how many months people are asked, and for how many days one waits.

    They are reminded `remind_days` before the end.
    """

    horizons: Sequence[HorizonMonths] = HORIZONS
    open_days: int = OPEN_DAYS
    remind_days: int = REMIND_DAYS


@dataclass(frozen=True, slots=True)
class Days:
    """The days of one cohort."""

    due_on: date
    remind_on: date
    closes_on: date


def check_timing(timing: Timing) -> None:
    """Refuse a plan that asks twice at a time, or reminds before it asks.

    Raises:
        PlanInvalidError: when it does.
    """
    if len(set(timing.horizons)) < len(timing.horizons):
        raise PlanInvalidError(pointer="/horizons")
    if timing.remind_days >= timing.open_days:
        raise PlanInvalidError(pointer="/remind_days")


def months_after(day: date, months: int) -> date:
    """Return the same day of a later month, or the last day of a month that is shorter."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def days_of(completed_on: date, horizon_months: int, timing: Timing) -> Days:
    """Return when a class that ended on a day is asked, reminded and given up."""
    due_on = months_after(completed_on, horizon_months)
    closes_on = due_on + timedelta(days=timing.open_days)
    return Days(due_on, closes_on - timedelta(days=timing.remind_days), closes_on)


def check_openable(state: CohortState, due_on: date, *, today: date) -> None:
    """Refuse to ask a class twice, or before its day.

    Raises:
        CohortNotPlannedError: when it was asked.
        CohortNotDueError: when its day has not come; it is named.
    """
    if state is not CohortState.PLANNED:
        raise CohortNotPlannedError(
            extra={"present": state.value, "allowed": [CohortState.PLANNED.value]}
        )
    if today < due_on:
        raise CohortNotDueError(extra={"due_on": due_on.isoformat()})


def ends_at(closes_on: date) -> datetime:
    """Return the moment until which answers of a cohort are waited for: the end of its last day."""
    return datetime.combine(closes_on + timedelta(days=1), time(), tzinfo=_JAKARTA)
