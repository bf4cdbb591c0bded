from datetime import UTC, date, datetime, time, timedelta

import pytest

from services.registry.bookings.rules import Span
from services.registry.class_reservations.rules import (
    SessionsStartError,
    TimetableImpossibleError,
    check_first,
    timetable,
)
from services.registry.opening_hours.rules import Hours, Interval, Week
from shared.schemas.registry import TimeZone

MONDAY = datetime(2027, 2, 8, 1, tzinfo=UTC)  # 08:00 WIB
ALWAYS = Hours(TimeZone.WIB)


def days(spans: list[Span]) -> list[tuple[int, int]]:
    """Return day of the month and length in hours."""
    return [
        (span.starts_at.day, (span.ends_at - span.starts_at) // timedelta(hours=1))
        for span in spans
    ]


class TestTimetable:
    @pytest.mark.parametrize(
        ("lesson_hours", "expected"),
        [
            (1, [(8, 1)]),
            (8, [(8, 8)]),
            (20, [(8, 8), (9, 8), (10, 4)]),
            # The 14th is a Sunday.
            (56, [(8, 8), (9, 8), (10, 8), (11, 8), (12, 8), (13, 8), (15, 8)]),
        ],
    )
    def test_fills_eight_hours_a_day_but_sundays(self, lesson_hours, expected):
        assert days(timetable(MONDAY, lesson_hours=lesson_hours, hours=ALWAYS)) == expected

    @pytest.mark.parametrize(
        ("zone", "first"), [(TimeZone.WIB, 1), (TimeZone.WITA, 0), (TimeZone.WIT, 23)]
    )
    def test_begins_every_day_at_the_hour_of_the_first(self, zone, first):
        start = datetime(2027, 2, 8 if first < 23 else 7, first, tzinfo=UTC)

        spans = timetable(start, lesson_hours=24, hours=Hours(zone))

        assert spans[0].starts_at == start
        assert {span.starts_at.hour for span in spans} == {first}
        assert {span.starts_at.tzinfo for span in spans} == {UTC}

    def test_leaves_out_when_the_facility_is_closed(self):
        weekdays = tuple(Interval(day, time(8), time(16)) for day in (1, 2, 3, 4, 5))
        hours = Hours(
            TimeZone.WIB,
            (Week(date(2027, 1, 1), None, weekdays),),
            frozenset({date(2027, 2, 10)}),
        )

        spans = timetable(MONDAY, lesson_hours=40, hours=hours)

        assert [span.starts_at.day for span in spans] == [8, 9, 11, 12, 15]

    def test_stands_on_the_first_day_be_it_a_sunday(self):
        sunday = MONDAY - timedelta(days=1)

        assert days(timetable(sunday, lesson_hours=16, hours=ALWAYS)) == [(7, 8), (8, 8)]

    def test_refuses_more_than_two_hundred_days(self):
        assert len(timetable(MONDAY, lesson_hours=1600, hours=ALWAYS)) == 200
        with pytest.raises(TimetableImpossibleError):
            timetable(MONDAY, lesson_hours=1601, hours=ALWAYS)

    def test_refuses_hours_at_which_the_facility_is_never_open(self):
        week = Week(date(2027, 1, 1), None, (Interval(1, time(18), time(20)),))

        with pytest.raises(TimetableImpossibleError):
            timetable(MONDAY, lesson_hours=16, hours=Hours(TimeZone.WIB, (week,)))


class TestCheckFirst:
    def test_refuses_sessions_that_do_not_begin_with_the_class(self):
        spans = [Span(MONDAY, MONDAY + timedelta(hours=2))]

        check_first(spans, starts_at=MONDAY)
        with pytest.raises(SessionsStartError):
            check_first(spans, starts_at=MONDAY - timedelta(minutes=1))
