"""Bodies of opening hours and closed days."""

from datetime import date, time
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field

from services.registry.opening_hours.rules import Interval, Week
from shared.i18n import Text
from shared.schemas.base import Body, Label, Read


def _plain(value: time) -> time:
    if value.tzinfo is not None or value.second or value.microsecond:
        raise ValueError(
            Text("Tulis jam dan menit waktu setempat.", "Write hours and minutes of local time.")
        )
    return value


LocalTime = Annotated[time, AfterValidator(_plain), Field(description="Local time: 08:00.")]
Weekday = Annotated[int, Field(ge=1, le=7, description="ISO: 1 is Monday, 7 is Sunday.")]


class OpenInterval(Body):
    """Open on a weekday, local time of the facility."""

    weekday: Weekday
    opens: LocalTime
    closes: LocalTime


class OpenWeek(Body):
    """The hours of a week; `valid_to` is the last day on which they are true."""

    valid_from: date
    valid_to: date | None = None
    intervals: list[OpenInterval] = Field(min_length=1, max_length=70)

    def week(self) -> Week:
        """Return it as the rules see it."""
        intervals = (Interval(each.weekday, each.opens, each.closes) for each in self.intervals)
        return Week(self.valid_from, self.valid_to, tuple(sorted(intervals)))


class DayClosed(Body):
    """A day on which nothing is open, and why."""

    day: date
    reason: Label


class OpeningHoursChange(Body):
    """All that a facility states; weeks that follow one another have each its validity."""

    weeks: list[OpenWeek] = Field(max_length=100)
    closed_days: list[DayClosed] = Field(default=[], max_length=1_000)


class NationalClosedDaysChange(Body):
    """The public holidays of a year, all of them."""

    days: list[DayClosed] = Field(max_length=100)


class OpenIntervalRead(Read):
    """Open on a weekday, local time of the facility."""

    weekday: int
    opens: time
    closes: time


class OpenWeekRead(Read):
    """The hours of a week; `valid_to` is the last day on which they are true."""

    valid_from: date
    valid_to: date | None
    intervals: list[OpenIntervalRead]


class DayClosedRead(Read):
    """A day on which nothing is open, and why."""

    day: date
    reason: str


class OpeningHoursRead(Read):
    """All that a facility states; without weeks it is not judged by hours."""

    facility_id: UUID
    weeks: list[OpenWeekRead]
    closed_days: list[DayClosedRead]


class NationalClosedDaysRead(Read):
    """The public holidays of a year."""

    year: int
    days: list[DayClosedRead]
