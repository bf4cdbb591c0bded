from datetime import date

import pytest

from services.registry.roadmaps import rules
from services.registry.roadmaps.rules import (
    AdoptionDayInvalidError,
    DoneDayInvalidError,
    EvidenceMissingError,
    MilestoneStatus,
    MilestoneStatusRefusedError,
    NoteMissingError,
    Progress,
    Statement,
    TemplateInvalidError,
    TemplateNotNewerError,
)

PLANNED, IN_PROGRESS, DONE, DROPPED = MilestoneStatus
TODAY = date(2026, 3, 1)


def said(status: MilestoneStatus, **facts) -> Statement:
    ground = {"done_on": None, "has_evidence": status is DONE, "has_note": status is DROPPED}
    return Statement(status=status, **{**ground, **facts})


class TestDueOn:
    @pytest.mark.parametrize(
        ("adopted", "months", "due"),
        [
            (date(2025, 1, 31), 0, date(2025, 1, 31)),
            (date(2025, 1, 31), 1, date(2025, 2, 28)),
            (date(2024, 1, 31), 1, date(2024, 2, 29)),
            (date(2025, 11, 15), 2, date(2026, 1, 15)),
            (date(2025, 12, 1), 36, date(2028, 12, 1)),
        ],
    )
    def test_counts_months_to_the_end_of_short_ones(self, adopted, months, due):
        assert rules.due_on(adopted, months) == due


class TestIsOverdue:
    @pytest.mark.parametrize(
        ("status", "due", "overdue"),
        [
            (PLANNED, date(2026, 2, 28), True),
            (IN_PROGRESS, date(2026, 2, 28), True),
            (PLANNED, TODAY, False),
            (DONE, date(2026, 2, 28), False),
            (DROPPED, date(2026, 2, 28), False),
        ],
    )
    def test_is_what_is_open_after_its_day(self, status, due, overdue):
        assert rules.is_overdue(status, due, today=TODAY) is overdue


class TestCheckStatement:
    @pytest.mark.parametrize(
        ("present", "wanted", "allowed"),
        [
            (PLANNED, IN_PROGRESS, True),
            (PLANNED, DONE, True),
            (IN_PROGRESS, PLANNED, True),
            (DONE, DONE, True),
            (DONE, IN_PROGRESS, True),
            (DONE, PLANNED, False),
            (DONE, DROPPED, False),
            (DROPPED, PLANNED, True),
            (DROPPED, DONE, False),
        ],
    )
    def test_knows_what_may_follow(self, present, wanted, allowed):
        if allowed:
            rules.check_statement(said(wanted), present=present, today=TODAY)
            return
        with pytest.raises(MilestoneStatusRefusedError) as refused:
            rules.check_statement(said(wanted), present=present, today=TODAY)

        assert refused.value.extra["present"] == present
        assert wanted not in refused.value.extra["allowed"]

    @pytest.mark.parametrize(
        ("statement", "error"),
        [
            (said(DONE, has_evidence=False), EvidenceMissingError),
            (said(DROPPED, has_note=False), NoteMissingError),
            (said(DONE, done_on=date(2026, 3, 2)), DoneDayInvalidError),
            (said(IN_PROGRESS, done_on=TODAY), DoneDayInvalidError),
        ],
    )
    def test_asks_for_grounds(self, statement, error):
        with pytest.raises(error):
            rules.check_statement(statement, present=PLANNED, today=TODAY)


class TestMovedStatus:
    @pytest.mark.parametrize(
        ("present", "wanted", "expected"),
        [
            (DONE, True, DONE),
            (DONE, False, DONE),
            (PLANNED, False, DROPPED),
            (IN_PROGRESS, False, DROPPED),
            (IN_PROGRESS, True, IN_PROGRESS),
            (DROPPED, True, PLANNED),
            (DROPPED, False, DROPPED),
        ],
    )
    def test_keeps_what_is_done(self, present, wanted, expected):
        assert rules.moved_status(present, wanted=wanted) is expected


class TestProgressOf:
    def test_leaves_out_what_was_dropped(self):
        past, coming = date(2026, 2, 1), date(2026, 4, 1)
        found = rules.progress_of(
            [(DONE, past), (DROPPED, past), (PLANNED, past), (IN_PROGRESS, coming)], today=TODAY
        )

        assert found == Progress(total=4, done=1, dropped=1, overdue=1, percent=33)

    def test_is_nothing_when_all_is_dropped(self):
        assert rules.progress_of([(DROPPED, TODAY)], today=TODAY).percent == 0


class TestChecks:
    def test_refuse_a_code_twice(self):
        rules.check_template(["A", "B"])
        with pytest.raises(TemplateInvalidError):
            rules.check_template(["A", "A"])

    def test_refuse_a_day_that_has_not_come(self):
        rules.check_adoption(TODAY, today=TODAY)
        with pytest.raises(AdoptionDayInvalidError):
            rules.check_adoption(date(2026, 3, 2), today=TODAY)

    @pytest.mark.parametrize("wanted", [1, 2])
    def test_refuse_what_is_not_newer(self, wanted):
        rules.check_newer(present=2, wanted=3)
        with pytest.raises(TemplateNotNewerError):
            rules.check_newer(present=2, wanted=wanted)
