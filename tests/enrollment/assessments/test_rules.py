"""What counts of somebody's learning in the end."""

from datetime import date

import pytest

from services.enrollment.assessments.rules import Learning, Remedial, learning_of, told_of

DAY = date(2027, 3, 1)


@pytest.mark.parametrize(
    ("learning", "best", "competent", "judged"),
    [
        (Learning(), None, set(), set()),
        (Learning(pre_score=90), None, set(), set()),
        (Learning(post_score=0), 0, set(), set()),
        (Learning(post_score=70, remedials=(Remedial(DAY, 60),)), 70, set(), set()),
        (Learning(post_score=50, remedials=(Remedial(DAY, 60), Remedial(DAY))), 60, set(), set()),
        (Learning(remedials=(Remedial(DAY, 60),)), 60, set(), set()),
        (Learning(units={"A": True, "B": False}), None, {"A"}, {"A", "B"}),
        (
            Learning(units={"A": False}, remedials=(Remedial(DAY, units={"A": True}),)),
            None,
            {"A"},
            {"A"},
        ),
        (
            Learning(units={"A": True}, remedials=(Remedial(DAY, units={"A": False}),)),
            None,
            {"A"},
            {"A"},
        ),
    ],
)
def test_counts_the_best_of_all_attempts(learning, best, competent, judged):
    assert learning.best_score == best
    assert learning.competent == competent
    assert learning.judged == judged


def test_keeps_what_was_said():
    learning = Learning(1, 2, {"A": True}, (Remedial(DAY, 3, {"B": False}),))

    assert learning_of(told_of(learning)) == learning
