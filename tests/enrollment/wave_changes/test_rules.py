from datetime import UTC, datetime, timedelta

import pytest

from services.enrollment.wave_changes.rules import (
    PromotionPastError,
    WaveMemberFixedError,
    WavePhase,
    WaveRunningError,
    Window,
    WindowShortenedError,
    changeable,
    check_cancel,
    check_change,
    phase_of,
)
from services.enrollment.waves.rules import WaveCancelledError
from shared.schemas.enrollment import ClassState

OPENS = datetime(2027, 1, 4, tzinfo=UTC)
CLOSES = OPENS + timedelta(days=20)
WINDOW = Window(OPENS, CLOSES, None)
BEFORE, DURING, AFTER = OPENS - timedelta(1), OPENS + timedelta(1), CLOSES + timedelta(1)


@pytest.mark.parametrize(
    ("now", "cancelled", "phase", "members"),
    [
        (BEFORE, None, WavePhase.ANNOUNCED, ["name", "opens_at", "closes_at", "promote_until"]),
        (OPENS, None, WavePhase.OPEN, ["name", "closes_at", "promote_until"]),
        (CLOSES, None, WavePhase.CLOSED, ["name", "promote_until"]),
        (AFTER, BEFORE, WavePhase.CANCELLED, []),
    ],
)
def test_less_may_change_as_time_goes_by(now, cancelled, phase, members):
    assert phase_of(WINDOW, cancelled_at=cancelled, now=now) is phase
    assert changeable(phase, WINDOW, now=now) == members


def test_who_was_told_that_promotion_is_over_stays_told():
    over = Window(OPENS, CLOSES, DURING)

    assert "promote_until" not in changeable(WavePhase.CLOSED, over, now=AFTER)


@pytest.mark.parametrize(
    ("named", "wanted", "now", "error"),
    [
        ({"opens_at"}, Window(BEFORE, CLOSES, None), DURING, WaveMemberFixedError),
        ({"closes_at"}, Window(OPENS, AFTER, None), AFTER, WaveMemberFixedError),
        ({"closes_at"}, Window(OPENS, CLOSES - timedelta(1), None), DURING, WindowShortenedError),
        ({"promote_until"}, Window(OPENS, CLOSES, DURING), AFTER, PromotionPastError),
    ],
)
def test_refuses_what_people_rely_on(named, wanted, now, error):
    phase = phase_of(WINDOW, cancelled_at=None, now=now)

    with pytest.raises(error):
        check_change(named, WINDOW, wanted, phase=phase, now=now)


def test_a_window_may_be_shortened_before_it_opens_and_extended_while_it_is_open():
    shorter = Window(OPENS, CLOSES - timedelta(1), None)
    longer = Window(OPENS, CLOSES + timedelta(1), None)

    check_change({"closes_at"}, WINDOW, shorter, phase=WavePhase.ANNOUNCED, now=BEFORE)
    check_change({"closes_at"}, WINDOW, longer, phase=WavePhase.OPEN, now=DURING)


@pytest.mark.parametrize(
    ("states", "cancelled_at", "error"),
    [
        ([ClassState.PLANNED, ClassState.OPENED], None, WaveRunningError),
        ([ClassState.COMPLETED], None, WaveRunningError),
        ([ClassState.PLANNED], DURING, WaveCancelledError),
    ],
)
def test_refuses_to_call_off_what_runs_or_is_off(states, cancelled_at, error):
    with pytest.raises(error):
        check_cancel(states, cancelled_at=cancelled_at)


def test_a_wave_of_planned_and_cancelled_classes_can_be_called_off():
    check_cancel([ClassState.PLANNED, ClassState.CANCELLED], cancelled_at=None)
