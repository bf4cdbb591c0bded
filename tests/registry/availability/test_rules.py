from datetime import date, time

import pytest

from services.registry.availability import rules

MONDAY = date(2027, 5, 3)


class TestWantedDays:
    @pytest.mark.parametrize(("weekdays", "found"), [([], [3, 4, 5, 6, 7, 8, 9]), ([6, 1], [3, 8])])
    def test_keeps_the_weekdays_asked_for(self, weekdays, found):
        days = rules.wanted_days(MONDAY, date(2027, 5, 9), weekdays=weekdays, at_least=None)

        assert [day.day for day in days] == found

    @pytest.mark.parametrize(
        ("last", "weekdays", "at_least", "pointer"),
        [
            (date(2027, 5, 2), [], None, "/to"),
            (date(2027, 8, 3), [], None, "/to"),
            (date(2027, 5, 4), [7], None, "/weekdays"),
            (date(2027, 5, 4), [], 3, "/at_least_days"),
        ],
    )
    def test_refuses_what_leaves_no_day(self, last, weekdays, at_least, pointer):
        with pytest.raises(rules.WindowInvalidError) as raised:
            rules.wanted_days(MONDAY, last, weekdays=weekdays, at_least=at_least)

        assert raised.value.pointer == pointer


class TestCheckHours:
    def test_refuses_hours_that_end_before_they_begin(self):
        rules.check_hours(time(8), time(16))

        with pytest.raises(rules.WindowInvalidError):
            rules.check_hours(time(16), time(16))
