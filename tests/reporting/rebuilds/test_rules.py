from datetime import date, datetime

import pytest

from services.reporting.rebuilds.rules import night_of
from shared.clock import JAKARTA


class TestNightOf:
    @pytest.mark.parametrize(
        ("hour", "minute", "due"), [(0, 59, False), (1, 0, True), (4, 59, True), (5, 0, False)]
    )
    def test_is_due_between_one_and_five(self, hour: int, minute: int, *, due: bool):
        local = datetime(2026, 11, 23, hour, minute, tzinfo=JAKARTA)

        assert night_of(local) == (date(2026, 11, 23) if due else None)
