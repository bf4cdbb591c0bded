"""When a class meets, and what refuses a reservation, without a database."""

from datetime import UTC, date, datetime, timedelta
from typing import Final

from services.registry.bookings.rules import LONGEST_SERIES, MAX_SLOTS, Span
from services.registry.opening_hours.rules import ZONES, Hours, open_during
from shared.errors import InvalidError, NotFoundError
from shared.i18n import Text

HOLD: Final = timedelta(minutes=15)
# Whoever has the space may say for a day that a session was not held; then it counts as held.
SAID_BY: Final = timedelta(days=1)
_DAY: Final = timedelta(days=1)
# Eight lesson hours (jam pelajaran) with their breaks fill a day of eight hours.
_HOURS_A_DAY: Final = 8
_SUNDAY: Final = 7


class ClassNotReservedError(NotFoundError):
    """The class has no such reservation: it was never made, lapsed, or gave way to another."""

    code = "class-not-reserved"
    title = Text(
        "Kelas tidak mempunyai reservasi ini.", "The class does not have this reservation."
    )


class TimetableImpossibleError(InvalidError):
    """The hours of the module do not fit into 200 days of a year on which the facility is open."""

    code = "class-timetable-impossible"
    title = Text(
        "Jadwal tidak dapat disusun dari jam modul; sebutkan sesi satu per satu.",
        "No timetable can be made from the module's hours; name the sessions.",
    )


class SessionsStartError(InvalidError):
    """The first session does not begin when the class does."""

    code = "class-sessions-start"
    title = Text(
        "Sesi pertama harus dimulai pada saat kelas dimulai.",
        "The first session must begin when the class does.",
    )


def timetable(starts_at: datetime, *, lesson_hours: int, hours: Hours) -> list[Span]:
    """Return the sessions of a class that begins at `starts_at`.

    Eight lesson hours a day, from the hour of the first day on, by the clock of the facility; the
    last day may be shorter. Not on Sundays, nor when the facility says that it is closed; the first
    day stands in any case.

    Raises:
        TimetableImpossibleError: when they do not fit into 200 days of a year.
    """
    first = starts_at.astimezone(ZONES[hours.zone])
    spans: list[Span] = []
    day, left = first.date(), lesson_hours
    while left > 0:
        if len(spans) == MAX_SLOTS or day >= first.date() + LONGEST_SERIES:
            raise TimetableImpossibleError(pointer="/sessions")
        span = _session(first, day, length=min(left, _HOURS_A_DAY))
        if not spans or _meets(span, day, hours):
            spans.append(span)
            left -= _HOURS_A_DAY
        day += _DAY
    return spans


def _session(first: datetime, day: date, *, length: int) -> Span:
    begins = datetime.combine(day, first.timetz()).astimezone(UTC)
    return Span(begins, begins + timedelta(hours=length))


def _meets(span: Span, day: date, hours: Hours) -> bool:
    return day.isoweekday() != _SUNDAY and open_during(hours, span.starts_at, span.ends_at)


def check_first(spans: list[Span], *, starts_at: datetime) -> None:
    """Refuse sessions, in order, that do not begin with the class.

    Raises:
        SessionsStartError: when they begin earlier or later.
    """
    if spans[0].starts_at != starts_at:
        raise SessionsStartError(pointer="/sessions/0/starts_at")
