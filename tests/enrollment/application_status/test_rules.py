"""Every state and every reason has its words."""

from services.enrollment.application_status import rules
from services.enrollment.draws.rules import Why
from services.enrollment.programs.rules import Refusal
from services.enrollment.selection_announcements.rules import Settled
from services.enrollment.waves.rules import WaveCancelledError
from shared.schemas.enrollment import ApplicationState, EnrollmentState


def test_every_state_has_words():
    assert set(rules.APPLICATION_TEXT) == set(ApplicationState)
    assert set(rules.ENROLLMENT_TEXT) == set(EnrollmentState)


def test_every_reason_has_words():
    codes = {each.value for kind in (Refusal, Why, Settled) for each in kind}

    assert set(rules.REASON_TEXT) == codes | {WaveCancelledError.code}


def test_whoever_is_right_gets_back_what_counts_as_wrong():
    counted = rules.limits_of("K7M2PQ09X1", address="a")
    back = rules.wrong_limits_of("K7M2PQ09X1", address="a")

    assert [each for each in counted if "wrong" in each.kind] == back
    assert len({each.digest for each in counted}) == len(counted) == 4
