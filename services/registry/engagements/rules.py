"""When instructors can be engaged, and how much they are."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from shared.errors import BadRequestError, ConflictError, InvalidError
from shared.i18n import Text

_HOUR: Final = timedelta(hours=1)
_INSTANT: Final = timedelta(microseconds=1)
_MONTHS: Final = 12


class InstructorEngagedError(ConflictError):
    """An instructor teaches elsewhere in some of these hours; `engaged` tells who and when."""

    code = "instructor-engaged"
    title = Text(
        "Instruktur sudah ditugaskan pada jam yang sama.",
        "An instructor is engaged in the same hours.",
    )


class InstructorStillEngagedError(ConflictError):
    """The instructor is engaged after the day that would be her last."""

    code = "instructor-still-engaged"
    title = Text(
        "Instruktur masih ditugaskan setelah hari itu.",
        "The instructor is engaged after that day.",
    )


class ClassSessionsInvalidError(InvalidError):
    """A session ends before it starts, or two of them overlap."""

    code = "class-sessions-invalid"
    title = Text(
        "Sesi kelas berakhir sebelum dimulai atau bertumpang tindih.",
        "A session of the class ends before it starts, or two overlap.",
    )


class FreeRangeInvalidError(BadRequestError):
    """Only one end of the range is given, or it ends before it begins."""

    code = "free-range-invalid"
    title = Text(
        "Isi free_from dan free_to bersama, dengan zona waktu, free_from lebih dulu.",
        "Give free_from and free_to together, with an offset, the earlier one first.",
    )


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A session: from its start up to, and without, its end; both are aware."""

    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Clash:
    """When an instructor is engaged by another class."""

    instructor_id: UUID
    period: Period

    def as_member(self) -> dict[str, str]:
        """Return it as a problem tells it: by id, never by name."""
        return {
            "instructor_id": str(self.instructor_id),
            "starts_at": self.period.starts_at.isoformat(),
            "ends_at": self.period.ends_at.isoformat(),
        }


def check_sessions(sessions: Sequence[Period]) -> None:
    """Refuse sessions of one class that end before they start, or overlap one another.

    Raises:
        ClassSessionsInvalidError: when they do, or when there are none.
    """
    if not sessions:
        raise ClassSessionsInvalidError(pointer="/sessions")
    for place, each in enumerate(sessions):
        if each.ends_at <= each.starts_at:
            raise ClassSessionsInvalidError(pointer=f"/sessions/{place}/ends_at")
    in_order = sorted(sessions)
    if any(after.starts_at < before.ends_at for before, after in pairwise(in_order)):
        raise ClassSessionsInvalidError(pointer="/sessions")


def free_period(free_from: datetime | None, free_to: datetime | None) -> Period | None:
    """Return the hours in which somebody is to be free, if any are asked for.

    Raises:
        FreeRangeInvalidError: when only one end is given, or it ends before it begins.
    """
    if free_from is None and free_to is None:
        return None
    if free_from is None or free_to is None or free_to <= free_from:
        raise FreeRangeInvalidError
    return Period(free_from, free_to)


def days_of(sessions: Iterable[Period], zone: ZoneInfo) -> tuple[date, date]:
    """Return the first and the last day of sessions, by the calendar of `zone`."""
    in_order = sorted(sessions)
    last = max(each.ends_at for each in in_order) - _INSTANT
    return in_order[0].starts_at.astimezone(zone).date(), last.astimezone(zone).date()


def month_of(month: str, zone: ZoneInfo) -> Period:
    """Return the calendar month `2026-05` as it passes in `zone`."""
    year, number = (int(part) for part in month.split("-"))
    following = (year + 1, 1) if number == _MONTHS else (year, number + 1)
    return Period(datetime(year, number, 1, tzinfo=zone), datetime(*following, 1, tzinfo=zone))


def end_of_day(day: date, zone: ZoneInfo) -> datetime:
    """Return the instant at which `day` ends in `zone`."""
    return datetime(day.year, day.month, day.day, tzinfo=zone) + timedelta(days=1)


def hours_within(periods: Iterable[Period], window: Period) -> float:
    """Return how many hours of `periods` fall into `window`, to two decimals."""
    parts = (
        min(each.ends_at, window.ends_at) - max(each.starts_at, window.starts_at)
        for each in periods
    )
    total = sum((part for part in parts if part > timedelta(0)), timedelta(0))
    return round(total / _HOUR, 2)
