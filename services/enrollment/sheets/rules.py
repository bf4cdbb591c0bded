"""What can be said of somebody's attendance, and when it counts, without a database."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final


class AttendanceStatus(StrEnum):
    """What a roll call said of somebody; of whom nothing was said there is no entry."""

    PRESENT = "PRESENT"
    LATE = "LATE"
    EXCUSED = "EXCUSED"
    ABSENT = "ABSENT"


class NoteCode(StrEnum):
    """Why, in a word that tells nothing of anybody's health, which would be specific data."""

    LETTER = "LETTER"
    DUTY = "DUTY"
    FAMILY = "FAMILY"
    TRAVEL = "TRAVEL"
    DISASTER = "DISASTER"
    LEFT_EARLY = "LEFT_EARLY"
    OTHER = "OTHER"


# Who has been there once drops out and does not cancel.
ATTENDED: Final = (AttendanceStatus.PRESENT, AttendanceStatus.LATE)
LONGEST_DELAY_MINUTES: Final = 600


@dataclass(frozen=True, slots=True)
class Mark:
    """What a roll call said of one person; `minutes_late` only of who was late."""

    status: AttendanceStatus
    minutes_late: int | None = None
    note_code: NoteCode | None = None


@dataclass(frozen=True, slots=True)
class PassingRule:
    """What a programme asks: a share of the sessions, being late for `late_minutes` at most."""

    min_percent: int
    late_minutes: int


@dataclass(frozen=True, slots=True)
class Standing:
    """How one person stands.

    `counted` are the sessions that count, `attended` those of them that the person attended;
    `days` are the local days on which that was so, for who pays by the day.
    """

    present: int
    late: int
    excused: int
    absent: int
    counted: int
    attended: int
    days: tuple[date, ...]

    @property
    def share_percent(self) -> float | None:
        """The share attended, rounded down to a tenth, so that no share looks like a pass."""
        return None if self.counted == 0 else (self.attended * 1000 // self.counted) / 10


def is_attended(mark: Mark, *, late_minutes: int) -> bool:
    """Tell whether a session counts as attended.

    Who was late counts as present up to `late_minutes`, and where nobody said how late.
    """
    if mark.status is AttendanceStatus.LATE:
        return mark.minutes_late is None or mark.minutes_late <= late_minutes
    return mark.status is AttendanceStatus.PRESENT


def standing_of(marks: Iterable[tuple[date, Mark]], *, rule: PassingRule) -> Standing:
    """Return how somebody stands by the marks of sessions, each with its local day.

    Sessions that somebody was excused from count neither for nor against, and neither do those of
    which nothing was said.
    """
    told = list(marks)
    statuses = [mark.status for _, mark in told]
    excused = statuses.count(AttendanceStatus.EXCUSED)
    attended = [day for day, mark in told if is_attended(mark, late_minutes=rule.late_minutes)]
    return Standing(
        present=statuses.count(AttendanceStatus.PRESENT),
        late=statuses.count(AttendanceStatus.LATE),
        excused=excused,
        absent=statuses.count(AttendanceStatus.ABSENT),
        counted=len(told) - excused,
        attended=len(attended),
        days=tuple(sorted(set(attended))),
    )


def is_passing(standing: Standing, *, rule: PassingRule) -> bool | None:
    """Tell whether the share attended is enough; None while no session counts."""
    if standing.counted == 0:
        return None
    return standing.attended * 100 >= rule.min_percent * standing.counted


def counts_of(marks: Iterable[Mark]) -> Mapping[str, int]:
    """Return how many marks there are of each status, by its name in lower case."""
    statuses = [mark.status for mark in marks]
    return {status.lower(): statuses.count(status) for status in AttendanceStatus}
