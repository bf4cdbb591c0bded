from datetime import UTC, datetime, timedelta

import pytest

from services.enrollment.class_changes.rules import (
    Telling,
    WaveStartFixedError,
    check_start,
    seats_lost,
    told,
)
from shared.ids import new_id
from shared.schemas.enrollment import EnrollmentState

STARTS = datetime(2027, 2, 8, 1, tzinfo=UTC)
LATER = STARTS + timedelta(hours=1)
ONE, TWO, THREE = (new_id() for _ in range(3))


@pytest.mark.parametrize(
    ("asked", "first", "pointer"),
    [(LATER, None, "/starts_at"), (None, LATER, "/sessions/0/starts_at")],
)
def test_a_class_starts_when_its_wave_does(asked, first, pointer):
    with pytest.raises(WaveStartFixedError) as refused:
        check_start(starts_at=STARTS, asked=asked, first_session=first)

    assert refused.value.pointer == pointer
    assert "2027-02-08T01:00:00" in refused.value.detail.en


def test_the_same_start_may_be_named():
    check_start(starts_at=STARTS, asked=STARTS, first_session=STARTS)


def test_tells_by_how_each_stood_before_and_after():
    before = {
        ONE: EnrollmentState.SEATED,
        TWO: EnrollmentState.WAITLISTED,
        THREE: EnrollmentState.WAITLISTED,
    }
    after = {**before, TWO: EnrollmentState.OFFERED}

    assert told(before, after, seated=[ONE]) == {ONE: Telling.MOVED, TWO: Telling.PROMOTED}
    assert told(before, before, seated=[]) == {}
    gone = dict.fromkeys(before, EnrollmentState.CANCELLED)
    assert set(told(before, gone, seated=[]).values()) == {Telling.CANCELLED}


@pytest.mark.parametrize(
    ("capacity", "lost"), [(None, []), (3, []), (2, [THREE]), (0, [ONE, TWO, THREE])]
)
def test_who_came_last_would_not_fit(capacity, lost):
    assert seats_lost([ONE, TWO, THREE], capacity=capacity) == lost
