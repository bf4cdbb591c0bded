"""What a roll call says, and who has attended enough."""

from datetime import date

import pytest

from services.enrollment.sheets.rules import (
    AttendanceStatus,
    Mark,
    PassingRule,
    is_attended,
    is_passing,
    standing_of,
)

RULE = PassingRule(min_percent=80, late_minutes=15)
PRESENT, ABSENT, EXCUSED = (
    Mark(AttendanceStatus.PRESENT),
    Mark(AttendanceStatus.ABSENT),
    Mark(AttendanceStatus.EXCUSED),
)


def late(minutes: int | None) -> Mark:
    return Mark(AttendanceStatus.LATE, minutes)


def marks(*told: Mark) -> list[tuple[date, Mark]]:
    return [(date(2027, 3, 1 + place), mark) for place, mark in enumerate(told)]


@pytest.mark.parametrize(
    ("mark", "attended"),
    [
        (PRESENT, True),
        (late(None), True),
        (late(15), True),
        (late(16), False),
        (EXCUSED, False),
        (ABSENT, False),
    ],
)
def test_counts_who_was_late_up_to_the_minute(mark, attended):
    assert is_attended(mark, late_minutes=15) is attended


@pytest.mark.parametrize(
    ("told", "counted", "attended", "share", "passing"),
    [
        ((), 0, 0, None, None),
        ((EXCUSED,), 0, 0, None, None),
        ((PRESENT,) * 4 + (ABSENT,), 5, 4, 80.0, True),
        ((PRESENT,) * 4 + (EXCUSED,) * 6, 4, 4, 100.0, True),
        ((PRESENT,) * 3 + (late(15), ABSENT), 5, 4, 80.0, True),
        ((PRESENT,) * 3 + (late(16), ABSENT), 5, 3, 60.0, False),
        # 77.78 % is shown as 77.7: no share looks like more than it is.
        ((PRESENT,) * 7 + (ABSENT,) * 2, 9, 7, 77.7, False),
        ((ABSENT,), 1, 0, 0.0, False),
    ],
)
def test_holds_the_share_against_the_rule(told, counted, attended, share, passing):
    standing = standing_of(marks(*told), rule=RULE)

    assert (standing.counted, standing.attended) == (counted, attended)
    assert standing.share_percent == share
    assert is_passing(standing, rule=RULE) is passing


def test_counts_a_day_once_whatever_sessions_it_has():
    morning, evening, next_day = date(2027, 2, 1), date(2027, 2, 1), date(2027, 2, 2)

    standing = standing_of(
        [(morning, PRESENT), (evening, late(5)), (next_day, late(60))], rule=RULE
    )

    assert standing.days == (date(2027, 2, 1),)
    assert (standing.present, standing.late, standing.attended) == (1, 2, 2)
