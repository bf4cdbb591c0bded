"""When somebody has passed, and how a class ends by it."""

from uuid import UUID

import pytest

from services.enrollment.assessments.rules import Learning
from services.enrollment.completions.rules import (
    CompletionRule,
    CompletionUndecidedError,
    Ending,
    Judgement,
    Outcome,
    Why,
    decide,
    judge,
)

ATTENDANCE = CompletionRule(80, 15, None, all_units_required=False)
SCORE = CompletionRule(80, 15, 60, all_units_required=False)
UNITS = CompletionRule(80, 15, None, all_units_required=True)
ALL = CompletionRule(80, 15, 60, all_units_required=True)
NOTHING = CompletionRule(0, 15, None, all_units_required=False)
ONE, TWO = UUID(int=1), UUID(int=2)


@pytest.mark.parametrize(
    ("rule", "attended", "learning", "taught", "outcome", "reasons"),
    [
        (ATTENDANCE, True, Learning(), None, Outcome.PASSED, ()),
        (ATTENDANCE, False, Learning(), None, Outcome.NOT_PASSED, (Why.ATTENDANCE_LOW,)),
        (ATTENDANCE, None, Learning(), None, Outcome.UNDECIDED, (Why.ATTENDANCE_UNKNOWN,)),
        (NOTHING, None, Learning(), None, Outcome.PASSED, ()),
        (SCORE, True, Learning(), None, Outcome.UNDECIDED, (Why.SCORE_MISSING,)),
        (SCORE, True, Learning(post_score=59), None, Outcome.NOT_PASSED, (Why.SCORE_LOW,)),
        (SCORE, True, Learning(post_score=60), None, Outcome.PASSED, ()),
        (
            SCORE,
            False,
            Learning(),
            None,
            Outcome.NOT_PASSED,
            (Why.ATTENDANCE_LOW, Why.SCORE_MISSING),
        ),
        (UNITS, True, Learning(), None, Outcome.UNDECIDED, (Why.UNITS_MISSING,)),
        (UNITS, True, Learning(), frozenset(), Outcome.PASSED, ()),
        (UNITS, True, Learning(units={"A": True}), {"A"}, Outcome.PASSED, ()),
        (
            UNITS,
            True,
            Learning(units={"A": True}),
            {"A", "B"},
            Outcome.UNDECIDED,
            (Why.UNITS_MISSING,),
        ),
        (
            UNITS,
            True,
            Learning(units={"A": True, "B": False}),
            {"A", "B"},
            Outcome.NOT_PASSED,
            (Why.NOT_COMPETENT,),
        ),
        (ALL, True, Learning(post_score=60, units={"A": True}), {"A"}, Outcome.PASSED, ()),
    ],
)
def test_judges_by_the_programmes_rule(rule, attended, learning, taught, outcome, reasons):
    judged = judge(rule, attended=attended, learning=learning, taught=taught)

    assert (judged.outcome, judged.reasons) == (outcome, reasons)


@pytest.mark.parametrize(
    ("outcome", "exception", "ending", "followed"),
    [
        (Outcome.PASSED, None, Ending.COMPLETED, True),
        (Outcome.NOT_PASSED, None, Ending.DROPPED_OUT, True),
        (Outcome.NOT_PASSED, (Ending.COMPLETED, "x"), Ending.COMPLETED, False),
        (Outcome.PASSED, (Ending.COMPLETED, "x"), Ending.COMPLETED, True),
        (Outcome.UNDECIDED, (Ending.DROPPED_OUT, "x"), Ending.DROPPED_OUT, False),
    ],
)
def test_follows_the_judgement_but_for_exceptions(outcome, exception, ending, followed):
    exceptions = {} if exception is None else {ONE: exception}

    decision = decide({ONE: Judgement(outcome, ())}, exceptions)[ONE]

    assert (decision.ending, decision.followed) == (ending, followed)


def test_decides_nobody_who_cannot_be_judged():
    judgements = {each: Judgement(Outcome.UNDECIDED, ()) for each in (ONE, TWO)}

    with pytest.raises(CompletionUndecidedError) as error:
        decide(judgements, {ONE: (Ending.COMPLETED, "x")})

    assert error.value.extra == {"enrollment_ids": [str(TWO)]}
