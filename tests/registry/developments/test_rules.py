from datetime import date

import pytest

from services.registry.developments.rules import (
    AccountsDueInvalidError,
    DevelopmentStep,
    FacilityNotPlannedError,
    GrantExceededError,
    StepAmountInvalidError,
    StepDayInvalidError,
    StepRefusedError,
    Taken,
    check_facility,
    check_step,
    is_overdue,
    next_step,
)
from shared.schemas.registry import FacilityKind, FacilityStatus

S = DevelopmentStep
JANUARY, MARCH, TODAY = date(2027, 1, 1), date(2027, 3, 1), date(2027, 6, 1)
GRANT = 1_000


def until(step: S) -> list[Taken]:
    """Return the steps up to one, each in January, half of the grant paid at each payment."""
    order = list(S)
    return [
        Taken(each, JANUARY, GRANT // 2 if "PAYMENT" in each else None)
        for each in order[: order.index(step) + 1]
    ]


def sound(step: S, **facts) -> Taken:
    values = {
        "day": MARCH,
        "amount_rupiah": GRANT // 2 if "PAYMENT" in step else None,
        "accounts_due_on": TODAY if step is S.SIGNED else None,
        **facts,
    }
    return Taken(step, **values)


class TestNextStep:
    def test_goes_through_the_whole_life(self):
        life, step = [S.PROPOSED], next_step(S.PROPOSED)
        while step is not None:
            life.append(step)
            step = next_step(step)

        assert life == list(S)


class TestCheckFacility:
    def test_takes_a_planned_community_centre(self):
        check_facility(kind=FacilityKind.BLKK, status=FacilityStatus.PLANNED)

    @pytest.mark.parametrize(
        ("kind", "status"),
        [
            (FacilityKind.UPTD, FacilityStatus.PLANNED),
            (FacilityKind.BLKK, FacilityStatus.ACTIVE),
        ],
    )
    def test_refuses_anything_else(self, kind, status):
        with pytest.raises(FacilityNotPlannedError):
            check_facility(kind=kind, status=status)


class TestCheckStep:
    @pytest.mark.parametrize("present", S)
    @pytest.mark.parametrize("wanted", S)
    def test_takes_the_step_that_follows_and_no_other(self, present, wanted):
        allowed = next_step(present)
        if wanted is allowed:
            check_step(until(present), sound(wanted), grant_rupiah=GRANT, today=TODAY)
            return
        with pytest.raises(StepRefusedError) as refused:
            check_step(until(present), sound(wanted), grant_rupiah=GRANT, today=TODAY)
        assert refused.value.extra == {
            "present": present,
            "allowed": [allowed] if allowed else [],
        }

    @pytest.mark.parametrize(
        ("wanted", "error"),
        [
            (sound(S.SIGNED, day=date(2026, 12, 31)), StepDayInvalidError),
            (sound(S.SIGNED, day=date(2027, 6, 2)), StepDayInvalidError),
            (sound(S.SIGNED, amount_rupiah=1), StepAmountInvalidError),
            (sound(S.FIRST_PAYMENT, amount_rupiah=None), StepAmountInvalidError),
            (sound(S.FIRST_PAYMENT, amount_rupiah=GRANT + 1), GrantExceededError),
            (sound(S.SECOND_PAYMENT, amount_rupiah=GRANT // 2 + 1), GrantExceededError),
            (sound(S.SIGNED, accounts_due_on=None), AccountsDueInvalidError),
            (sound(S.SIGNED, accounts_due_on=JANUARY), AccountsDueInvalidError),
            (sound(S.BUILT, accounts_due_on=TODAY), AccountsDueInvalidError),
        ],
    )
    def test_refuses_what_cannot_be(self, wanted, error):
        before = list(S)[list(S).index(wanted.step) - 1]
        with pytest.raises(error):
            check_step(until(before), wanted, grant_rupiah=GRANT, today=TODAY)


class TestIsOverdue:
    @pytest.mark.parametrize(
        ("step", "due_on", "overdue"),
        [
            (S.EQUIPPED, MARCH, True),
            (S.SIGNED, MARCH, True),
            (S.EQUIPPED, TODAY, False),
            (S.ACCOUNTED_FOR, MARCH, False),
            (S.VERIFIED, None, False),
        ],
    )
    def test_counts_from_the_day_after_until_accounts_are_rendered(self, step, due_on, overdue):
        assert is_overdue(step, accounts_due_on=due_on, today=TODAY) is overdue
