"""The speed of signing up, stated without a database."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from services.reporting.signup_facts.rules import minute_of
from shared.errors import InvalidError, NotFoundError
from shared.i18n import Text

MINUTE: Final = timedelta(minutes=1)
# What "at this moment" is the mean of: so many whole minutes.
RECENT: Final = 5
DEFAULT_SPAN: Final = timedelta(hours=1)
MOST_POINTS: Final = 1_440


class WaveUnknownError(NotFoundError):
    """No wave of this id has been published."""

    code = "wave-unknown"
    title = Text("Gelombang ini tidak ada.", "There is no such wave.")


class SpanEndsFirstError(InvalidError):
    """The span ends before it starts."""

    code = "period-ends-before-it-starts"
    title = Text("Periode berakhir sebelum dimulai.", "The period ends before it starts.")


class TooManyPointsError(InvalidError):
    """The span holds more steps than one answer."""

    code = "too-many-points"
    title = Text(
        "Terlalu banyak titik; perpendek periode atau perbesar langkah.",
        "Too many points; shorten the period or widen the step.",
    )


@dataclass(frozen=True, slots=True)
class Span:
    """What is asked for: whole steps of `step_s` seconds from `start` until before `end`."""

    start: datetime
    end: datetime
    step_s: int

    @property
    def points(self) -> int:
        """How many steps there are."""
        return -(-int((self.end - self.start).total_seconds()) // self.step_s)


@dataclass(frozen=True, slots=True)
class Cut:
    """Whose sign-ups: those of a wave, of a province, or all."""

    wave_id: UUID | None = None
    province_code: str | None = None


@dataclass(frozen=True, slots=True)
class Point:
    """What was signed up in the step that begins `at`."""

    at: datetime
    claims: int
    applications: int


def span_of(*, now: datetime, start: datetime | None, end: datetime | None, step_s: int) -> Span:
    """Return the span that is asked for: by default the last hour, until this minute's end.

    Raises:
        SpanEndsFirstError, TooManyPointsError: when it cannot be shown.
    """
    last = minute_of(end or now)
    until = last if end == last else last + MINUTE
    first = minute_of(start) if start is not None else until - DEFAULT_SPAN
    if until < first:
        raise SpanEndsFirstError(pointer="/to")
    span = Span(first, until, step_s)
    if span.points > MOST_POINTS:
        raise TooManyPointsError(extra={"points": span.points, "limit": MOST_POINTS})
    return span


def series(span: Span, counted: Iterable[tuple[datetime, int, int]]) -> list[Point]:
    """Return a point a step, those without a sign-up too; `counted` by the minute."""
    sums = [[0, 0] for _ in range(span.points)]
    for minute, claims, applications in counted:
        place = int((minute - span.start).total_seconds()) // span.step_s
        sums[place][0] += claims
        sums[place][1] += applications
    step = timedelta(seconds=span.step_s)
    return [
        Point(span.start + place * step, claims, applications)
        for place, (claims, applications) in enumerate(sums)
    ]
