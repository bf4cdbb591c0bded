from datetime import date

import pytest

from services.enrollment.businesses.rules import (
    SizeStep,
    StatedInFutureError,
    check_as_of,
    size_step,
)
from shared.schemas.enrollment import EntrantKind

DAY = date(2026, 11, 22)


class TestSizeStep:
    @pytest.mark.parametrize(
        ("before", "after", "step"),
        [
            (None, EntrantKind.MICRO, SizeStep.FIRST),
            (EntrantKind.PROSPECTIVE, EntrantKind.MICRO, SizeStep.UP),
            (EntrantKind.MICRO, EntrantKind.MEDIUM, SizeStep.UP),
            (EntrantKind.SMALL, EntrantKind.SMALL, SizeStep.SAME),
            (EntrantKind.SMALL, EntrantKind.MICRO, SizeStep.DOWN),
        ],
    )
    def test_tells_growth_from_shrinking(self, before, after, step):
        assert size_step(before, after) is step


class TestCheckAsOf:
    def test_takes_today_and_refuses_tomorrow(self):
        check_as_of(DAY, today=DAY)
        with pytest.raises(StatedInFutureError):
            check_as_of(date(2026, 11, 23), today=DAY)
