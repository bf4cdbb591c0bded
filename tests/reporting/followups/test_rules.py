import os
from contextlib import nullcontext

import pytest
from cryptography.exceptions import InvalidTag

from services.reporting.followups import rules
from services.reporting.followups.rules import (
    Answer,
    IncomeKeys,
    Incomes,
    RecordedAs,
    SealedIncomes,
)
from shared.schemas.enrollment import EnrollmentState
from shared.schemas.reporting import FollowUpSource, IncomeChange, OutcomeStatus
from tests.reporting.story import Story

NOTHING = Incomes(before=None, after=None)
KEYS = IncomeKeys(current="k2", keys={"k1": os.urandom(32), "k2": os.urandom(32)})
ONE, OTHER = Story(seed=1).new_id(), Story(seed=2).new_id()


def answer(status: OutcomeStatus = OutcomeStatus.SELF_EMPLOYED, **parts) -> Answer:
    return Answer(status=status, source=FollowUpSource.SELF, **parts)


class TestIncomes:
    @pytest.mark.parametrize(
        ("before", "after", "change"),
        [
            (1_000, 2_000, IncomeChange.UP),
            (2_000, 2_000, IncomeChange.SAME),
            (2_000, 0, IncomeChange.DOWN),
            (None, 2_000, None),
            (2_000, None, None),
        ],
    )
    def test_tell_which_way_they_went(self, before, after, change):
        assert Incomes(before, after).change is change

    def test_are_never_printed(self):
        assert "1234" not in repr(Incomes(1234, 12345))


class TestCheckCompleted:
    @pytest.mark.parametrize(
        "state", [state for state in EnrollmentState if state is not EnrollmentState.COMPLETED]
    )
    def test_refuses_every_other_state(self, state: EnrollmentState):
        with pytest.raises(rules.NotCompletedError) as refused:
            rules.check_completed(state)

        assert refused.value.extra == {"enrollment_state": state.value}


class TestCheckSource:
    @pytest.mark.parametrize("source", [FollowUpSource.PROXY, FollowUpSource.VERIFIED])
    @pytest.mark.parametrize("staff", [RecordedAs.CENTRE, RecordedAs.OFFICE])
    def test_lets_staff_but_not_the_participant_vouch(self, source, staff):
        rules.check_source(source, recorded_as=staff, evidence=1)

        with pytest.raises(rules.SourceRefusedError):
            rules.check_source(source, recorded_as=RecordedAs.PERSON, evidence=1)

    @pytest.mark.parametrize("staff", [RecordedAs.CENTRE, RecordedAs.OFFICE])
    def test_lets_nobody_else_speak_as_the_person(self, staff):
        rules.check_source(FollowUpSource.SELF, recorded_as=RecordedAs.PERSON, evidence=0)

        with pytest.raises(rules.SourceRefusedError):
            rules.check_source(FollowUpSource.SELF, recorded_as=staff, evidence=1)

    def test_asks_whoever_has_seen_a_document_for_it(self):
        rules.check_source(FollowUpSource.PROXY, recorded_as=RecordedAs.CENTRE, evidence=0)

        with pytest.raises(rules.EvidenceMissingError) as caught:
            rules.check_source(FollowUpSource.VERIFIED, recorded_as=RecordedAs.CENTRE, evidence=0)
        assert caught.value.pointer == "/evidence"


class TestCheckAnswer:
    @pytest.mark.parametrize(
        ("given", "incomes", "pointer"),
        [
            (answer(OutcomeStatus.UNREACHED, people_hired=1), NOTHING, "/people_hired"),
            (answer(OutcomeStatus.UNREACHED), Incomes(1, None), "/income_before_rupiah"),
            (
                answer(business_started=False, business_running=True),
                NOTHING,
                "/business_running",
            ),
            (answer(days_to_first_income=94), NOTHING, "/days_to_first_income"),
            (answer(OutcomeStatus.ASKED), NOTHING, "/status"),
            (answer(OutcomeStatus.UNREACHED, nib_obtained=True), NOTHING, "/nib_obtained"),
            (answer(OutcomeStatus.UNREACHED), Incomes(size_after=1), "/size_after_rupiah"),
            (answer(financing_bank="Bank BRI"), NOTHING, "/financing_bank"),
            (answer(OutcomeStatus.SEEKING, people_hired=1), NOTHING, "/people_hired"),
            (answer(OutcomeStatus.STUDYING, people_hired=2), NOTHING, "/people_hired"),
            (answer(OutcomeStatus.INACTIVE, business_running=True), NOTHING, "/business_running"),
        ],
    )
    def test_refuses_a_contradiction_and_points_at_it(self, given, incomes, pointer: str):
        with pytest.raises(rules.AnswerInconsistentError) as refused:
            rules.check_answer(given, incomes=incomes, horizon_months=3)

        assert refused.value.pointer == pointer

    @pytest.mark.parametrize(
        "given",
        [
            answer(OutcomeStatus.UNREACHED),
            answer(days_to_first_income=93),
            answer(business_running=True),
            answer(OutcomeStatus.SEEKING, people_hired=0, business_running=False),
            answer(OutcomeStatus.EMPLOYED, people_hired=1, business_running=True),
            answer(business_started=True, business_running=False),
        ],
    )
    def test_accepts_what_can_be(self, given: Answer):
        rules.check_answer(given, incomes=NOTHING, horizon_months=3)


class TestCheckReplaces:
    @pytest.mark.parametrize(
        ("present", "told_by", "source", "stays"),
        [
            ("EMPLOYED", "SELF", "PROXY", True),
            ("EMPLOYED", "VERIFIED", "PROXY", True),
            ("EMPLOYED", "SELF", "SELF", False),
            ("EMPLOYED", "SELF", "VERIFIED", False),
            ("EMPLOYED", "PROXY", "PROXY", False),
            ("EMPLOYED", "PROXY", "SELF", False),
            ("UNREACHED", "PROXY", "PROXY", False),
            ("UNREACHED", None, "PROXY", False),
            ("ASKED", None, "PROXY", False),
        ],
    )
    def test_lets_nothing_weaker_replace_what_is_known(self, present, told_by, source, stays):
        given = Answer(status=OutcomeStatus.SEEKING, source=FollowUpSource(source))
        told = told_by and FollowUpSource(told_by)
        with pytest.raises(rules.OwnWordError) if stays else nullcontext():
            rules.check_replaces(OutcomeStatus(present), told, answer=given)


class TestIncomeKeys:
    def test_opens_what_it_sealed(self):
        sealed = KEYS.seal(Incomes(1_500_000, None), followup_id=ONE, nonce=os.urandom(12))

        assert KEYS.unseal(sealed, followup_id=ONE) == Incomes(1_500_000, None)
        assert b"1500000" not in sealed.cipher

    def test_does_not_open_in_another_row(self):
        sealed = KEYS.seal(Incomes(1, 2), followup_id=ONE, nonce=os.urandom(12))

        with pytest.raises(InvalidTag):
            KEYS.unseal(sealed, followup_id=OTHER)

    def test_does_not_open_under_another_key(self):
        sealed = KEYS.seal(Incomes(1, 2), followup_id=ONE, nonce=os.urandom(12))

        with pytest.raises(InvalidTag):
            KEYS.unseal(SealedIncomes(sealed.cipher, "k1"), followup_id=ONE)

    @pytest.mark.parametrize("keys", [{"k1": b"short"}, {"k1": b""}, {"k0": os.urandom(32)}])
    def test_refuses_keys_that_are_unfit(self, keys: dict):
        with pytest.raises(ValueError, match="income key"):
            IncomeKeys(current="k1", keys=keys)

    def test_is_never_printed(self):
        assert repr(KEYS) == "IncomeKeys(...)"
