from datetime import date

import pytest

from services.registry.utilisation.rules import Months, MonthsInvalidError, months_of


class TestMonthsOf:
    @pytest.mark.parametrize(
        ("asked", "found"),
        [
            (("2027-01", None, None), Months(date(2027, 1, 1), date(2027, 1, 1))),
            ((None, "2026-12", "2028-11"), Months(date(2026, 12, 1), date(2028, 11, 1))),
        ],
    )
    def test_reads_a_month_or_a_period(self, asked, found):
        assert months_of(*asked) == found

    @pytest.mark.parametrize(
        "asked",
        [
            (None, None, None),
            ("2027-01", "2027-01", "2027-02"),
            (None, "2027-01", None),
            (None, "2027-02", "2027-01"),
            (None, "2026-12", "2028-12"),
            ("2027-13", None, None),
            ("0001-01", None, None),
            ("3000-01", None, None),
        ],
    )
    def test_refuses_what_is_neither(self, asked):
        with pytest.raises(MonthsInvalidError):
            months_of(*asked)
