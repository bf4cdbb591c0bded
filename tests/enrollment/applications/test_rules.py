"""The life of an application, its codes and its window, without a database."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from services.enrollment.applications import rules
from services.enrollment.enrollments.rules import WindowClosedError, WindowNotOpenError
from shared.schemas.enrollment import ApplicationState as S

OPENS = datetime(2027, 1, 4, 1, tzinfo=UTC)
CLOSES = OPENS + timedelta(days=21)
ONE, TWO = UUID(int=1), UUID(int=2)

MAY = {
    S.DRAFT: {S.SUBMITTED, S.INELIGIBLE, S.WITHDRAWN},
    S.SUBMITTED: {S.WITHDRAWN, S.PLACED, S.RESERVE, S.NOT_SELECTED, S.INELIGIBLE},
}


@pytest.mark.parametrize("present", list(S))
@pytest.mark.parametrize("wanted", list(S))
def test_the_life_allows_what_it_says_and_tells_so(present, wanted):
    if wanted in MAY.get(present, set()):
        rules.check_move(present=present, wanted=wanted)
        return
    with pytest.raises(rules.ApplicationStateError) as refused:
        rules.check_move(present=present, wanted=wanted)
    assert refused.value.extra == {"present": present, "allowed": sorted(MAY.get(present, set()))}


@pytest.mark.parametrize("present", list(S))
def test_what_is_decided_is_not_edited(present):
    if present in MAY:
        rules.check_editable(present)
        return
    with pytest.raises(rules.ApplicationStateError):
        rules.check_editable(present)


@pytest.mark.parametrize(
    ("now", "refused"),
    [
        (OPENS - timedelta(microseconds=1), WindowNotOpenError),
        (OPENS, None),
        (CLOSES - timedelta(microseconds=1), None),
        (CLOSES, WindowClosedError),
    ],
)
def test_the_window_begins_and_ends_at_an_instant(now, refused):
    if refused is None:
        rules.check_window(opens_at=OPENS, closes_at=CLOSES, now=now)
        return
    with pytest.raises(refused):
        rules.check_window(opens_at=OPENS, closes_at=CLOSES, now=now)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("K7M2PQ09X1", "K7M2PQ09X1"),
        ("k7m2p-qo9xi", "K7M2PQ09X1"),
        (" K7M2P QO9XL ", "K7M2PQ09X1"),
    ],
)
def test_a_code_is_read_as_it_was_meant(typed, meant):
    assert rules.meant_code(typed) == meant


def test_a_new_code_is_meant_as_it_is_and_comes_once():
    codes = [rules.new_code() for _ in range(500)]

    assert len(set(codes)) == 500
    assert all(len(each) == 10 and rules.meant_code(each) == each for each in codes)


def test_a_facility_is_chosen_once():
    rules.check_facilities([ONE, TWO])
    with pytest.raises(rules.ChoiceTwiceError) as refused:
        rules.check_facilities([ONE, TWO, ONE])
    assert refused.value.pointer == "/choices/2"


@pytest.mark.parametrize(
    ("own", "given", "kept", "refused"),
    [
        (True, False, False, None),
        (True, False, True, None),
        (True, True, False, rules.PaperUnexpectedError),
        (False, True, False, None),
        (False, False, True, None),
        (False, False, False, rules.PaperMissingError),
    ],
)
def test_paper_goes_with_who_applies(own, given, kept, refused):
    if refused is None:
        rules.check_paper(own=own, given=given, kept=kept)
        return
    with pytest.raises(refused):
        rules.check_paper(own=own, given=given, kept=kept)


def test_states_are_named_by_commas():
    assert rules.states_named("DRAFT, SUBMITTED") == [S.DRAFT, S.SUBMITTED]
    assert rules.states_named(None) == []
    with pytest.raises(rules.ApplicationStateUnknownError):
        rules.states_named("DRAFT,LOST")
