"""When a facility is open, told from its weekly hours and closed days, without a database."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo

from shared.errors import InvalidError
from shared.i18n import Text
from shared.schemas.registry import TimeZone

# Source: Keppres 41/1987. None of the three has had summer time since.
ZONES: Final[Mapping[TimeZone, ZoneInfo]] = {
    TimeZone.WIB: ZoneInfo("Asia/Jakarta"),
    TimeZone.WITA: ZoneInfo("Asia/Makassar"),
    TimeZone.WIT: ZoneInfo("Asia/Jayapura"),
}
_DAY: Final = timedelta(days=1)
_TAG_BYTES: Final = 6


class HoursOverlapError(InvalidError):
    """Two intervals of one weekday, or the validity of two weeks, overlap."""

    code = "opening-hours-overlap"
    title = Text(
        "Jam buka atau masa berlakunya bertumpang tindih.",
        "Opening hours, or their validity, overlap.",
    )


class HoursOrderError(InvalidError):
    """Hours close before they open, or a week ends before it begins."""

    code = "opening-hours-order"
    title = Text("Akhir harus setelah awal.", "The end must follow the beginning.")


class ClosedDayRepeatedError(InvalidError):
    """A day is named twice."""

    code = "closed-day-repeated"
    title = Text("Hari tutup disebut dua kali.", "A closed day is named twice.")


class ClosedDayAloneError(InvalidError):
    """Days on which a facility is closed mean nothing without the hours of the others."""

    code = "closed-day-without-hours"
    title = Text(
        "Hari tutup memerlukan jam buka mingguan.", "Closed days need the weekly hours as well."
    )


class ClosedDayYearError(InvalidError):
    """A day lies in another year than the list."""

    code = "closed-day-year"
    title = Text("Hari ini di luar tahun daftar.", "The day lies outside the year of the list.")


@dataclass(frozen=True, slots=True, order=True)
class Interval:
    """Open on an ISO weekday (1 is Monday) from `opens` to `closes`, local time."""

    weekday: int
    opens: time
    closes: time


@dataclass(frozen=True, slots=True)
class Week:
    """The hours of a week, from `valid_from` to the last day `valid_to`, open when None."""

    valid_from: date
    valid_to: date | None
    intervals: tuple[Interval, ...]

    def valid_on(self, day: date) -> bool:
        """Tell whether these are the hours of the week of `day`."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True)
class Hours:
    """All that a facility, and the nation, state about when it is open."""

    zone: TimeZone
    weeks: tuple[Week, ...] = ()
    closed: frozenset[date] = field(default=frozenset())

    @property
    def stated(self) -> bool:
        """Whether it states any hours; without, nothing is judged by hours."""
        return bool(self.weeks)


def check_weeks(weeks: Sequence[Week]) -> None:
    """Refuse hours that end before they begin, or of which two are true at once.

    Raises:
        HoursOrderError, HoursOverlapError: with the pointer of the member that is wrong.
    """
    for place, week in enumerate(weeks):
        pointer = f"/weeks/{place}"
        if week.valid_to is not None and week.valid_to < week.valid_from:
            raise HoursOrderError(pointer=f"{pointer}/valid_to")
        if any(each.closes <= each.opens for each in week.intervals):
            raise HoursOrderError(pointer=f"{pointer}/intervals")
        if _overlapping(week.intervals):
            raise HoursOverlapError(pointer=f"{pointer}/intervals")
        if any(_valid_together(week, other) for other in weeks[:place]):
            raise HoursOverlapError(pointer=f"{pointer}/valid_from")


def _overlapping(intervals: Iterable[Interval]) -> bool:
    in_order = sorted(intervals)
    return any(
        first.weekday == second.weekday and second.opens < first.closes
        for first, second in pairwise(in_order)
    )


def _valid_together(one: Week, other: Week) -> bool:
    return one.valid_on(other.valid_from) or other.valid_on(one.valid_from)


def check_closed_days(days: Sequence[date], *, weeks: Sequence[Week]) -> None:
    """Refuse closed days of a facility that are named twice or come without weekly hours.

    Raises:
        ClosedDayRepeatedError, ClosedDayAloneError
    """
    if len(set(days)) != len(days):
        raise ClosedDayRepeatedError(pointer="/closed_days")
    if days and not weeks:
        raise ClosedDayAloneError(pointer="/closed_days")


def check_national_days(days: Sequence[date], *, year: int) -> None:
    """Refuse a national list that names a day twice or one of another year.

    Raises:
        ClosedDayRepeatedError, ClosedDayYearError
    """
    if len(set(days)) != len(days):
        raise ClosedDayRepeatedError(pointer="/days")
    for place, day in enumerate(days):
        if day.year != year:
            raise ClosedDayYearError(pointer=f"/days/{place}/day")


def joined(intervals: Iterable[Interval]) -> list[Interval]:
    """Return the intervals in order, those that touch made one: a booking may cross the seam."""
    seamless: list[Interval] = []
    for each in sorted(intervals):
        last = seamless[-1] if seamless else None
        if last is not None and last.weekday == each.weekday and last.closes == each.opens:
            seamless[-1] = Interval(last.weekday, last.opens, each.closes)
        else:
            seamless.append(each)
    return seamless


def open_on(hours: Hours, day: date) -> list[tuple[time, time]]:
    """Return from when to when a facility is open on `day`, in order, local time."""
    if day in hours.closed:
        return []
    found = [
        each
        for week in hours.weeks
        if week.valid_on(day)
        for each in week.intervals
        if each.weekday == day.isoweekday()
    ]
    return [(each.opens, each.closes) for each in joined(found)]


def open_during(hours: Hours, starts_at: datetime, ends_at: datetime) -> bool:
    """Tell whether a facility is open all of the time; one that states no hours always is."""
    if not hours.stated:
        return True
    zone = ZONES[hours.zone]
    begins, ends = starts_at.astimezone(zone), ends_at.astimezone(zone)
    return begins.date() == ends.date() and any(
        opens <= begins.time() and ends.time() <= closes
        for opens, closes in open_on(hours, begins.date())
    )


def hours_open(hours: Hours, *, first: date, last: date) -> timedelta | None:
    """Return how long a facility is open from `first` to `last`; None when it does not say."""
    if not hours.stated:
        return None
    return sum(
        (
            datetime.combine(day, closes) - datetime.combine(day, opens)
            for day in days_between(first, last)
            for opens, closes in open_on(hours, day)
        ),
        timedelta(),
    )


def days_between(first: date, last: date) -> Iterator[date]:
    """Yield the days from `first` to `last`, both included."""
    day = first
    while day <= last:
        yield day
        day += _DAY


def moment(zone: TimeZone, day: date, at: time) -> datetime:
    """Return, in UTC, the moment at which the clocks of `zone` show `at` on `day`."""
    return datetime.combine(day, at, tzinfo=ZONES[zone]).astimezone(UTC)


def fingerprint(weeks: Iterable[Week], closed_days: Iterable[tuple[date, str]]) -> int:
    """Return the version of what is stated: the same content, the same number."""
    content = repr((sorted(map(repr, weeks)), sorted(closed_days))).encode()
    return int.from_bytes(hashlib.sha256(content).digest()[:_TAG_BYTES])
