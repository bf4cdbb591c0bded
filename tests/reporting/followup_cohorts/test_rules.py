from datetime import UTC, date, datetime

import pytest

from services.reporting.followup_cohorts import rules
from services.reporting.followup_cohorts.rules import CohortState, Days, Timing


class TestDays:
    @pytest.mark.parametrize(
        ("ended", "months", "due"),
        [
            (date(2026, 12, 5), 3, date(2027, 3, 5)),
            (date(2026, 11, 30), 3, date(2027, 2, 28)),
            (date(2027, 11, 30), 3, date(2028, 2, 29)),
            (date(2026, 8, 31), 6, date(2027, 2, 28)),
            (date(2026, 2, 28), 12, date(2027, 2, 28)),
            (date(2028, 2, 29), 12, date(2029, 2, 28)),
        ],
    )
    def test_fall_on_the_same_day_of_a_later_month(self, ended: date, months: int, due: date):
        assert rules.months_after(ended, months) == due

    def test_leave_the_days_that_a_plan_says(self):
        timing = Timing((3,), open_days=30, remind_days=7)

        days = rules.days_of(date(2026, 12, 5), 3, timing)

        assert days == Days(date(2027, 3, 5), date(2027, 3, 28), date(2027, 4, 4))

    def test_end_when_the_last_day_ends_in_jakarta(self):
        assert rules.ends_at(date(2027, 4, 4)) == datetime(2027, 4, 4, 17, tzinfo=UTC)


class TestCheckTiming:
    @pytest.mark.parametrize(
        ("timing", "pointer"),
        [
            (Timing((3, 3)), "/horizons"),
            (Timing((3,), open_days=10, remind_days=10), "/remind_days"),
        ],
    )
    def test_refuses_what_nobody_could_follow(self, timing: Timing, pointer: str):
        with pytest.raises(rules.PlanInvalidError) as caught:
            rules.check_timing(timing)
        assert caught.value.pointer == pointer

    def test_takes_what_holds_for_all(self):
        rules.check_timing(Timing())


class TestCheckOpenable:
    DUE = date(2027, 3, 5)

    def test_takes_the_day_itself(self):
        rules.check_openable(CohortState.PLANNED, self.DUE, today=self.DUE)

    def test_names_the_day_that_has_not_come(self):
        with pytest.raises(rules.CohortNotDueError) as caught:
            rules.check_openable(CohortState.PLANNED, self.DUE, today=date(2027, 3, 4))
        assert caught.value.extra == {"due_on": "2027-03-05"}

    @pytest.mark.parametrize("state", [CohortState.OPEN, CohortState.CLOSED])
    def test_asks_nobody_twice(self, state: CohortState):
        with pytest.raises(rules.CohortNotPlannedError) as caught:
            rules.check_openable(state, self.DUE, today=self.DUE)
        assert caught.value.extra == {"present": state.value, "allowed": ["PLANNED"]}
