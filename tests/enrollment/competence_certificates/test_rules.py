"""When a recorded certificate of competence counts."""

from datetime import date, timedelta

import pytest

from services.enrollment.competence_certificates import rules
from shared.schemas.enrollment import VerificationState

DAY = date(2027, 2, 20)
ONE = timedelta(days=1)
RECORDED, VERIFIED, REJECTED = (
    VerificationState.RECORDED,
    VerificationState.VERIFIED,
    VerificationState.REJECTED,
)


@pytest.mark.parametrize(
    ("issued_on", "valid_until", "pointer"),
    [
        (DAY, None, None),
        (DAY, DAY, None),
        (DAY + ONE, None, "/issued_on"),
        (DAY, DAY - ONE, "/valid_until"),
    ],
)
def test_refuses_dates_that_cannot_be(issued_on, valid_until, pointer):
    if pointer is None:
        rules.check_dates(issued_on=issued_on, valid_until=valid_until, today=DAY)
        return
    with pytest.raises(rules.CompetenceDatesError) as error:
        rules.check_dates(issued_on=issued_on, valid_until=valid_until, today=DAY)
    assert error.value.pointer == pointer


@pytest.mark.parametrize(
    ("state", "today", "counts"),
    [
        (VERIFIED, DAY, True),
        (VERIFIED, DAY + ONE, True),
        (VERIFIED, DAY + 2 * ONE, False),
        (VERIFIED, DAY - ONE, False),
        (RECORDED, DAY, False),
        (REJECTED, DAY, False),
    ],
)
def test_counts_what_is_verified_and_in_force(state, today, counts):
    told = rules.in_force(state, issued_on=DAY, valid_until=DAY + ONE, today=today)

    assert told is counts


@pytest.mark.parametrize(
    ("present", "wanted", "allowed"),
    [
        (RECORDED, VERIFIED, True),
        (RECORDED, REJECTED, True),
        (VERIFIED, REJECTED, True),
        (REJECTED, VERIFIED, True),
        (VERIFIED, VERIFIED, False),
        (REJECTED, REJECTED, False),
    ],
)
def test_lets_an_office_decide_once(present, wanted, allowed):
    if allowed:
        rules.check_turn(present, wanted)
        return
    with pytest.raises(rules.CompetenceStateError):
        rules.check_turn(present, wanted)


def test_knows_a_number_however_it_is_typed():
    assert rules.indexed_number(" bnsp-1 ", "10 71 a") == rules.indexed_number("BNSP-1", "1071A")
    assert rules.indexed_number("BNSP-1", "1") != rules.indexed_number("BNSP-2", "1")
