from datetime import date

import pytest

from services.registry.agreement_actions.rules import (
    ActionDoneDayInvalidError,
    ActionDueInvalidError,
    ActionOwnerUnknownError,
    ActionStatus,
    ActionStatusRefusedError,
    Ministries,
    Responsible,
    check_done_day,
    check_due,
    check_open,
    check_responsible,
    check_status_change,
    is_overdue,
    ministries_of,
)

S = ActionStatus
MARCH, APRIL = date(2027, 3, 1), date(2027, 4, 1)

CHANGES = {
    (S.PLANNED, S.IN_PROGRESS),
    (S.PLANNED, S.DONE),
    (S.PLANNED, S.CANCELLED),
    (S.IN_PROGRESS, S.DONE),
    (S.IN_PROGRESS, S.CANCELLED),
}


class TestCheckStatusChange:
    @pytest.mark.parametrize("present", S)
    @pytest.mark.parametrize("wanted", S)
    def test_knows_one_life(self, present, wanted):
        if (present, wanted) in CHANGES:
            check_status_change(present=present, wanted=wanted)
            return
        with pytest.raises(ActionStatusRefusedError) as refused:
            check_status_change(present=present, wanted=wanted)
        allowed = sorted(after for before, after in CHANGES if before is present)
        assert refused.value.extra == {"present": present, "allowed": allowed}


class TestCheckOpen:
    def test_refuses_what_has_come_to_its_end(self):
        check_open(S.PLANNED)
        check_open(S.IN_PROGRESS)
        for status in (S.DONE, S.CANCELLED):
            with pytest.raises(ActionStatusRefusedError):
                check_open(status)


class TestIsOverdue:
    @pytest.mark.parametrize(
        ("status", "due_on", "overdue"),
        [
            (S.PLANNED, MARCH, True),
            (S.IN_PROGRESS, MARCH, True),
            (S.PLANNED, APRIL, False),
            (S.DONE, MARCH, False),
            (S.CANCELLED, MARCH, False),
        ],
    )
    def test_counts_from_the_day_after(self, status, due_on, overdue):
        assert is_overdue(status, due_on=due_on, today=APRIL) is overdue


class TestCheckResponsible:
    def test_refuses_who_is_no_party(self):
        parties = {Responsible("MSME", None)}
        check_responsible(Responsible("MSME", None), parties=parties)
        with pytest.raises(ActionOwnerUnknownError):
            check_responsible(Responsible("MANPOWER", None), parties=parties)


class TestCheckDays:
    def test_refuses_an_action_that_is_due_before_its_agreement_begins(self):
        check_due(APRIL, valid_from=APRIL)
        with pytest.raises(ActionDueInvalidError):
            check_due(MARCH, valid_from=APRIL)

    def test_refuses_what_was_done_tomorrow(self):
        check_done_day(MARCH, today=MARCH)
        with pytest.raises(ActionDoneDayInvalidError):
            check_done_day(APRIL, today=MARCH)


class TestMinistriesOf:
    @pytest.mark.parametrize(
        ("facility", "responsible", "agreement", "concerned"),
        [
            ("MANPOWER", "MSME", ("MANPOWER", "MSME"), Ministries("MANPOWER", "MSME", None)),
            (None, "MSME", ("MANPOWER", "MSME"), Ministries("MSME", "MANPOWER", None)),
            (None, None, ("MANPOWER", None), Ministries("MANPOWER", None, None)),
            ("A", "B", ("C", "D"), Ministries("A", "B", "C")),
        ],
    )
    def test_names_each_once(self, facility, responsible, agreement, concerned):
        assert (
            ministries_of(facility=facility, responsible=responsible, agreement=agreement)
            == concerned
        )
