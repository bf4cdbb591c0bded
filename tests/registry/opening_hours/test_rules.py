from datetime import UTC, date, datetime, time, timedelta

import pytest

from services.registry.opening_hours import rules
from services.registry.opening_hours.rules import Hours, Interval, Week
from shared.schemas.registry import TimeZone

JANUARY, JULY = date(2027, 1, 1), date(2027, 7, 1)
FRIDAY = (Interval(5, time(8), time(11, 30)), Interval(5, time(13), time(16)))
WORKDAYS = tuple(Interval(day, time(8), time(16)) for day in range(1, 6))


def week(*intervals: Interval, valid_from=JANUARY, valid_to=None) -> Week:
    return Week(valid_from, valid_to, intervals)


class TestCheckWeeks:
    def test_lets_one_week_follow_another(self):
        rules.check_weeks(
            [week(*FRIDAY, valid_to=date(2027, 6, 30)), week(*FRIDAY, valid_from=JULY)]
        )

    @pytest.mark.parametrize(
        ("weeks", "error", "pointer"),
        [
            ([week(Interval(1, time(8), time(8)))], rules.HoursOrderError, "/weeks/0/intervals"),
            (
                [week(*FRIDAY, valid_to=date(2026, 12, 31))],
                rules.HoursOrderError,
                "/weeks/0/valid_to",
            ),
            (
                [week(*FRIDAY, Interval(5, time(11), time(12)))],
                rules.HoursOverlapError,
                "/weeks/0/intervals",
            ),
            (
                [week(*FRIDAY, valid_to=JULY), week(*FRIDAY, valid_from=JULY)],
                rules.HoursOverlapError,
                "/weeks/1/valid_from",
            ),
            (
                [week(*FRIDAY, valid_from=JULY), week(*FRIDAY)],
                rules.HoursOverlapError,
                "/weeks/1/valid_from",
            ),
        ],
    )
    def test_refuses_what_contradicts_itself(self, weeks, error, pointer):
        with pytest.raises(error) as raised:
            rules.check_weeks(weeks)

        assert raised.value.pointer == pointer


class TestCheckClosedDays:
    @pytest.mark.parametrize(
        ("days", "weeks", "error"),
        [
            ([JULY, JULY], [week(*FRIDAY)], rules.ClosedDayRepeatedError),
            ([JULY], [], rules.ClosedDayAloneError),
        ],
    )
    def test_refuses_what_means_nothing(self, days, weeks, error):
        with pytest.raises(error):
            rules.check_closed_days(days, weeks=weeks)


class TestOpenOn:
    HOURS = Hours(
        TimeZone.WIB,
        (week(*WORKDAYS, valid_to=date(2027, 6, 30)), week(*FRIDAY, valid_from=JULY)),
        frozenset({date(2027, 5, 3)}),
    )

    @pytest.mark.parametrize(
        ("day", "found"),
        [
            (date(2027, 5, 4), [(time(8), time(16))]),
            (date(2027, 5, 3), []),
            (date(2027, 5, 8), []),
            (date(2027, 7, 1), []),
            (date(2027, 7, 2), [(time(8), time(11, 30)), (time(13), time(16))]),
            (date(2026, 12, 31), []),
        ],
    )
    def test_follows_the_week_that_is_valid(self, day, found):
        assert rules.open_on(self.HOURS, day) == found

    def test_joins_intervals_that_touch(self):
        seam = (Interval(1, time(12), time(16)), Interval(1, time(8), time(12)))

        hours = Hours(TimeZone.WIB, (week(*seam),))

        assert rules.open_on(hours, date(2027, 5, 3)) == [(time(8), time(16))]


class TestOpenDuring:
    HOURS = Hours(TimeZone.WITA, (week(*WORKDAYS),))

    @pytest.mark.parametrize(
        ("begins", "hours", "found"),
        [
            (datetime(2027, 5, 3, 0, tzinfo=UTC), 8, True),
            (datetime(2027, 5, 3, 0, tzinfo=UTC), 9, False),
            (datetime(2027, 5, 2, 23, tzinfo=UTC), 8, False),
            (datetime(2027, 5, 3, 0, tzinfo=UTC), 24 + 8, False),
        ],
    )
    def test_reads_the_clocks_of_the_facility(self, begins, hours, found):
        ends = begins + timedelta(hours=hours)

        assert rules.open_during(self.HOURS, begins, ends) is found

    def test_does_not_judge_a_facility_that_states_none(self):
        moment = datetime(2027, 5, 8, tzinfo=UTC)

        assert rules.open_during(Hours(TimeZone.WIB), moment, moment + timedelta(days=2))


class TestHoursOpen:
    def test_counts_the_days_that_are_open(self):
        hours = Hours(TimeZone.WIB, (week(*WORKDAYS),), frozenset({date(2027, 5, 6)}))

        found = rules.hours_open(hours, first=date(2027, 5, 1), last=date(2027, 5, 31))

        assert found == timedelta(hours=20 * 8)

    def test_is_unknown_where_none_are_stated(self):
        assert rules.hours_open(Hours(TimeZone.WIB), first=JANUARY, last=JULY) is None


class TestFingerprint:
    def test_tells_contents_apart_and_nothing_else(self):
        one = rules.fingerprint([week(*FRIDAY)], [(JULY, "Libur")])

        assert one == rules.fingerprint([week(*FRIDAY)], [(JULY, "Libur")])
        assert one != rules.fingerprint([week(*FRIDAY)], [(JULY, "Cuti")])
        assert one != rules.fingerprint([week(*WORKDAYS)], [(JULY, "Libur")])
