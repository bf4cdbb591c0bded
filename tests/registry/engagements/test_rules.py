from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from services.registry.engagements.rules import (
    ClassSessionsInvalidError,
    FreeRangeInvalidError,
    Period,
    check_sessions,
    days_of,
    end_of_day,
    free_period,
    hours_within,
    month_of,
)

WIT = ZoneInfo("Asia/Jayapura")
WIB = ZoneInfo("Asia/Jakarta")


def hours(day: int, start: int, end: int, month: int = 5) -> Period:
    return Period(
        datetime(2026, month, day, start, tzinfo=UTC), datetime(2026, month, day, end, tzinfo=UTC)
    )


class TestCheckSessions:
    def test_lets_one_follow_the_other_without_a_break(self):
        check_sessions([hours(5, 10, 12), hours(5, 8, 10)])

    @pytest.mark.parametrize(
        ("sessions", "pointer"),
        [
            ([], "/sessions"),
            ([hours(5, 8, 10), hours(6, 9, 9)], "/sessions/1/ends_at"),
            ([hours(5, 8, 10), hours(6, 8, 10), hours(5, 9, 11)], "/sessions"),
        ],
        ids=["none", "ends when it starts", "overlapping"],
    )
    def test_refuses_what_nobody_can_teach(self, sessions, pointer):
        with pytest.raises(ClassSessionsInvalidError) as refusal:
            check_sessions(sessions)

        assert refusal.value.pointer == pointer


class TestDaysOf:
    def test_counts_days_as_they_pass_where_the_class_is(self):
        sessions = [hours(6, 1, 15), hours(4, 16, 18)]

        assert days_of(sessions, WIB) == (date(2026, 5, 4), date(2026, 5, 6))
        assert days_of(sessions, WIT) == (date(2026, 5, 5), date(2026, 5, 6))

    def test_does_not_count_the_day_on_whose_midnight_it_ends(self):
        assert days_of([hours(6, 1, 15)], WIT)[1] == date(2026, 5, 6)


class TestHoursWithin:
    def test_cuts_at_the_ends_of_the_month(self):
        may = month_of("2026-05", WIB)
        turn = Period(
            datetime(2026, 5, 31, 22, tzinfo=WIB), datetime(2026, 6, 1, 4, 30, tzinfo=WIB)
        )

        assert hours_within([hours(5, 8, 10), turn, hours(9, 1, 3, month=6)], may) == 4.0
        assert hours_within([turn], month_of("2026-06", WIB)) == 4.5

    def test_knows_the_last_month_of_a_year(self):
        assert month_of("2026-12", WIB).ends_at == end_of_day(date(2026, 12, 31), WIB)


class TestFreePeriod:
    def test_is_none_when_nobody_asks(self):
        assert free_period(None, None) is None

    @pytest.mark.parametrize(("start", "end"), [(8, None), (None, 8), (8, 8), (9, 8)])
    def test_needs_both_ends_in_their_order(self, start, end):
        def at(hour: int | None) -> datetime | None:
            return None if hour is None else datetime(2026, 5, 5, hour, tzinfo=UTC)

        with pytest.raises(FreeRangeInvalidError):
            free_period(at(start), at(end))
