from datetime import UTC, datetime, timedelta

import pytest

from services.enrollment.applications.rules import WaveTakesClaimsError
from services.enrollment.selection_announcements import rules as announcing
from services.enrollment.selection_previews import rules as previewing
from services.enrollment.selections import rules
from services.enrollment.waves.rules import SelectionMethod
from shared.schemas.enrollment import SelectionState as S

CLOSES = datetime(2027, 1, 25, 17, tzinfo=UTC)
SECOND = timedelta(seconds=1)
LIFE = {
    S.COMMITTED: {S.CLOSED},
    S.CLOSED: {S.PREVIEWED},
    S.PREVIEWED: {S.PREVIEWED, S.APPROVED},
    S.APPROVED: {S.ANNOUNCING},
    S.ANNOUNCING: {S.ANNOUNCED},
    S.ANNOUNCED: set(),
}

VALUE = {"state": S.CLOSED, "source": "JISDOR", "present": None, "drawn": 0}
APPROVAL = {
    "state": S.PREVIEWED,
    "actor": "b",
    "makers": ("a", None),
    "wanted": "9f",
    "drawn": "9f",
}


class TestCheckStep:
    @pytest.mark.parametrize("wanted", list(S))
    @pytest.mark.parametrize("present", list(S))
    def test_only_goes_forward(self, present, wanted):
        if wanted in LIFE[present]:
            rules.check_step(present, wanted)
            return
        with pytest.raises(rules.SelectionStateError) as refused:
            rules.check_step(present, wanted)

        assert refused.value.extra == {
            "present": present.value,
            "allowed": sorted(each.value for each in LIFE[present]),
        }


class TestCheckCommit:
    def test_a_seed_is_fixed_before_applications_close(self):
        before = {"closes_at": CLOSES, "now": CLOSES - SECOND}
        rules.check_commit(SelectionMethod.LOTTERY, public_source=None, **before)

        with pytest.raises(rules.CommitTooLateError):
            rules.check_commit(
                SelectionMethod.SCORE, public_source=None, closes_at=CLOSES, now=CLOSES
            )

    def test_later_it_takes_a_public_figure_that_is_yet_to_come(self):
        rules.check_commit(
            SelectionMethod.SCORE, public_source="JISDOR", closes_at=CLOSES, now=CLOSES
        )

    def test_nothing_is_drawn_where_the_first_comes_first(self):
        with pytest.raises(WaveTakesClaimsError):
            rules.check_commit(
                SelectionMethod.FIRST_COME,
                public_source=None,
                closes_at=CLOSES,
                now=CLOSES - SECOND,
            )


class TestCheckClosed:
    def test_waits_for_who_is_still_on_the_way(self):
        rules.check_closed(closes_at=CLOSES, now=CLOSES + rules.SETTLED_AFTER)

        with pytest.raises(rules.WindowStillOpenError) as refused:
            rules.check_closed(closes_at=CLOSES, now=CLOSES + rules.SETTLED_AFTER - SECOND)

        assert refused.value.retry_after_s == 2


class TestCheckPublicValue:
    def test_takes_what_was_promised_once_the_list_is_frozen(self):
        rules.check_public_value(**VALUE)

    @pytest.mark.parametrize(
        "changes",
        [
            {"source": None},
            {"present": "16123"},
            {"drawn": 1},
            {"state": S.COMMITTED},
            {"state": S.PREVIEWED},
        ],
    )
    def test_refuses_one_that_could_be_chosen(self, changes):
        with pytest.raises(rules.PublicValueRefusedError):
            rules.check_public_value(**{**VALUE, **changes})


class TestCheckApproval:
    def test_takes_four_eyes_on_one_draw(self):
        previewing.check_approval(**APPROVAL)

    @pytest.mark.parametrize(
        ("changes", "refusal"),
        [
            ({"actor": "a"}, previewing.FourEyesError),
            ({"makers": ("a", "b")}, previewing.FourEyesError),
            ({"wanted": "00"}, previewing.PreviewStaleError),
            ({"state": S.CLOSED}, rules.SelectionStateError),
            ({"state": S.APPROVED}, rules.SelectionStateError),
        ],
    )
    def test_refuses_two_eyes_and_another_draw(self, changes, refusal):
        with pytest.raises(refusal):
            previewing.check_approval(**{**APPROVAL, **changes})


class TestCheckAnnounceAt:
    @pytest.mark.parametrize(
        ("offset", "fine"),
        [
            (-SECOND, False),
            (timedelta(), True),
            (timedelta(days=9), True),
            (timedelta(days=10), False),
        ],
    )
    def test_lies_ahead_and_before_the_first_class(self, offset, fine):
        first = CLOSES + timedelta(days=10)
        if fine:
            previewing.check_announce_at(CLOSES + offset, first_start=first, now=CLOSES)
            return
        with pytest.raises(previewing.AnnounceTimeError):
            previewing.check_announce_at(CLOSES + offset, first_start=first, now=CLOSES)


class TestEndingInClass:
    @pytest.mark.parametrize(
        ("outcome", "got", "refusal", "ending"),
        [
            ("PLACED", "OFFERED", None, ("PLACED", None)),
            ("PLACED", "SEATED", None, ("PLACED", None)),
            ("RESERVE", "WAITLISTED", None, ("RESERVE", None)),
            ("PLACED", "WAITLISTED", None, ("RESERVE", "seat-lost")),
            ("PLACED", None, "class-full", ("NOT_SELECTED", "seat-lost")),
            ("RESERVE", None, "already-enrolled", ("INELIGIBLE", "already-enrolled")),
        ],
    )
    def test_says_what_became_of_what_was_drawn(self, outcome, got, refusal, ending):
        told = announcing.ending_in_class(
            announcing.Outcome(outcome),
            got=None if got is None else announcing.EnrollmentState(got),
            refusal=refusal,
        )

        assert (told.state, told.settled) == ending
