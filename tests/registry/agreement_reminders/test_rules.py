from datetime import date, timedelta

import pytest

from services.registry.agreement_reminders.rules import days_before

TODAY = date(2027, 1, 1)


class TestDaysBefore:
    @pytest.mark.parametrize(
        ("left", "days"),
        [
            (-1, None),
            (0, 7),
            (7, 7),
            (8, 30),
            (30, 30),
            (31, 90),
            (90, 90),
            (91, None),
        ],
    )
    def test_is_the_nearest_that_has_come(self, left, days):
        assert days_before(TODAY + timedelta(left), today=TODAY) == days
