"""Bodies of the cockpit."""

from datetime import date, datetime
from uuid import UUID

from pydantic import Field

from services.reporting.signups.schemas import SpeedRead
from shared.schemas.base import Read
from shared.schemas.registry import TimeZone


class CountsRead(Read):
    """The figures of an area.

    `classes_due` are those whose start has passed; `classes_silent` those of them that have not
    said that they opened, `centres_silent` how many centres they are at. `reported` of the `seated`
    were in a roll call, `present` were there: all three are null where one to four people are
    among them, or left out of one of them.
    """

    classes_planned: int
    classes_opened: int
    classes_due: int
    classes_silent: int
    centres_silent: int
    seated: int | None
    reported: int | None
    present: int | None


class ZoneCountsRead(CountsRead):
    """The figures of a time zone."""

    zone: TimeZone


class ProvinceCountsRead(CountsRead):
    """The figures of a province, by where the centres lie."""

    province: str
    zone: TimeZone | None


class CockpitWaveRead(Read):
    """The wave that is shown."""

    id: UUID
    program_id: UUID
    code: str
    name: str


class CourseRead(Read):
    """How far a programme has come by its phases: `day` of `days`, `days_left` after today."""

    program_id: UUID
    code: str
    name: str
    starts_on: date
    ends_on: date
    days: int
    day: int
    days_left: int
    phases: list[str] = Field(description="Kinds of the phases that today lies in.")


class CockpitFigures(Read):
    """What the cockpit shows of a wave, or of all of them.

    `programs` are those whose last day has not passed, the next to end first.
    """

    wave: CockpitWaveRead | None
    synthetic: bool
    next_start: datetime | None
    total: CountsRead
    zones: list[ZoneCountsRead]
    provinces: list[ProvinceCountsRead]
    signups: SpeedRead
    programs: list[CourseRead]


class FreshnessRead(Read):
    """All that happened until `as_of` is in the figures; `lag_seconds` is 0 when nothing waits."""

    as_of: datetime | None
    lag_seconds: float | None


class CockpitRead(CockpitFigures, FreshnessRead):
    """The figures of the hour of the start, and what they stand on.

    The stream tells the same body as event `cockpit`, and beside it `freshness`.
    """
