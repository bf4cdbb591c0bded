"""The life of a referral, and what can come of it."""

from datetime import date

import pytest

from services.enrollment.participants.rules import LegalBasis
from services.enrollment.referrals import rules
from shared.ids import new_id
from shared.schemas.enrollment import (
    ClassState,
    EnrollmentState,
    ReferralOutcome,
    ReferralState,
)
from shared.schemas.registry import ReferralKind
from shared.scope import Reach, Scope

LIFE = {
    "PROPOSED": ["CONSENTED", "WITHDRAWN"],
    "CONSENTED": ["SENT", "WITHDRAWN"],
    "SENT": ["ACCEPTED", "REFUSED", "WITHDRAWN"],
    "ACCEPTED": ["RESULT", "REFUSED", "WITHDRAWN"],
    "REFUSED": [],
    "RESULT": [],
    "WITHDRAWN": [],
}


@pytest.mark.parametrize("present", list(ReferralState))
def test_only_its_life_is_allowed(present):
    for wanted in ReferralState:
        if wanted.value in LIFE[present]:
            rules.check_turn(present, wanted)
            continue
        with pytest.raises(rules.ReferralStateError) as refused:
            rules.check_turn(present, wanted)
        assert refused.value.extra == {"present": present.value, "allowed": LIFE[present]}


@pytest.mark.parametrize(
    ("kind", "outcome"),
    [
        ("PLUT_SERVICE", "SERVICE_RECEIVED"),
        ("INCUBATOR", "TENANT_JOINED"),
        ("PRODUCTION_SLOT", "SLOT_USED"),
        ("BANK", "FINANCING_GRANTED"),
    ],
)
def test_a_kind_has_its_own_outcome_or_none(kind, outcome):
    rules.check_outcome(ReferralKind(kind), ReferralOutcome(outcome))
    rules.check_outcome(ReferralKind(kind), ReferralOutcome.NOTHING)
    for other in ReferralOutcome:
        if other not in (outcome, ReferralOutcome.NOTHING):
            with pytest.raises(rules.OutcomeRefusedError):
                rules.check_outcome(ReferralKind(kind), other)


@pytest.mark.parametrize(
    ("state", "class_state", "trained"),
    [
        ("COMPLETED", "COMPLETED", True),
        ("SEATED", "OPENED", True),
        ("SEATED", "PLANNED", False),
        ("DROPPED_OUT", "COMPLETED", False),
        ("WAITLISTED", "OPENED", False),
    ],
)
def test_only_who_is_trained_is_referred(state, class_state, trained):
    told = EnrollmentState(state), ClassState(class_state)
    if trained:
        rules.check_trained(told[0], class_state=told[1])
        return
    with pytest.raises(rules.ReferralTooEarlyError):
        rules.check_trained(told[0], class_state=told[1])


def said(*words: str) -> list[dict]:
    at = "2027-01-01T00:00:00+00:00"
    return [
        {"purpose": "REFERRAL", "given": each == "yes", "version": "2027-1", "at": at}
        for each in words
    ]


def test_the_last_that_was_said_of_it_counts():
    rules.check_consented(LegalBasis.PUBLIC_TASK, said("no", "yes"))
    for consents in (said(), said("yes", "no")):
        with pytest.raises(rules.ReferralConsentMissingError):
            rules.check_consented(LegalBasis.PUBLIC_TASK, consents)


@pytest.mark.parametrize(("day", "fits"), [(4, False), (5, True), (9, True), (10, False)])
def test_an_outcome_falls_between_acceptance_and_today(day, fits):
    bounds = {"accepted_on": date(2027, 3, 5), "today": date(2027, 3, 9)}
    if fits:
        rules.check_outcome_day(date(2027, 3, day), **bounds)
        return
    with pytest.raises(rules.OutcomeDayError):
        rules.check_outcome_day(date(2027, 3, day), **bounds)


def test_nobody_acts_for_others_as_himself():
    office = Reach(provinces=("33",))
    scope = Scope(reaches=(office, Reach(participant_id=new_id())))

    assert rules.without_persons(scope).reaches == (office,)


@pytest.mark.parametrize("state", ["PROPOSED", "CONSENTED", "REFUSED", "WITHDRAWN"])
def test_nobody_is_named_before_it_is_sent_or_after_it_failed(state):
    with pytest.raises(rules.ReferralStateError):
        rules.check_shared(ReferralState(state))
