from datetime import UTC, datetime, timedelta

import pytest

from services.enrollment.enrollments.rules import (
    ClassNotRunningError,
    EnrollmentStateError,
    HasAttendedError,
    StateUnknownError,
    WhyWaiting,
    check_cancel,
    check_end,
    check_state_change,
    promotion_open,
    seats_to_promote,
    states_named,
    waitlist_over,
    why_waiting,
)
from shared.schemas.enrollment import ClassState as C
from shared.schemas.enrollment import EnrollmentState as S
from shared.schemas.enrollment import Presence

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
LATER = NOON + timedelta(hours=1)

ALLOWED = {
    (S.WAITLISTED, S.SEATED),
    (S.WAITLISTED, S.CANCELLED),
    (S.WAITLISTED, S.NOT_PLACED),
    (S.SEATED, S.CANCELLED),
    (S.SEATED, S.COMPLETED),
    (S.SEATED, S.DROPPED_OUT),
}


class TestCheckStateChange:
    @pytest.mark.parametrize("present", S)
    @pytest.mark.parametrize("wanted", S)
    def test_allows_only_what_the_life_of_an_enrollment_knows(self, present, wanted):
        if (present, wanted) in ALLOWED:
            check_state_change(present=present, wanted=wanted)
        else:
            with pytest.raises(EnrollmentStateError):
                check_state_change(present=present, wanted=wanted)


class TestCheckCancel:
    @pytest.mark.parametrize("presence", [Presence.UNREPORTED, Presence.ABSENT])
    def test_lets_go_who_was_not_there(self, presence):
        check_cancel(present=S.SEATED, presence=presence)

    def test_refuses_who_has_attended(self):
        with pytest.raises(HasAttendedError):
            check_cancel(present=S.SEATED, presence=Presence.PRESENT)

    def test_refuses_who_has_ended_already(self):
        with pytest.raises(EnrollmentStateError):
            check_cancel(present=S.CANCELLED, presence=Presence.UNREPORTED)


class TestCheckEnd:
    @pytest.mark.parametrize("wanted", [S.COMPLETED, S.DROPPED_OUT])
    def test_lets_a_running_seat_end(self, wanted):
        check_end(present=S.SEATED, wanted=wanted, class_state=C.OPENED)

    @pytest.mark.parametrize("class_state", [C.PLANNED, C.COMPLETED, C.CANCELLED])
    def test_refuses_in_a_class_that_does_not_run(self, class_state):
        with pytest.raises(ClassNotRunningError):
            check_end(present=S.SEATED, wanted=S.COMPLETED, class_state=class_state)

    def test_refuses_who_waits(self):
        with pytest.raises(EnrollmentStateError):
            check_end(present=S.WAITLISTED, wanted=S.DROPPED_OUT, class_state=C.OPENED)


class TestPromotionOpen:
    @pytest.mark.parametrize(
        ("state", "until", "expected"),
        [
            (C.PLANNED, None, True),
            (C.OPENED, None, False),
            (C.PLANNED, LATER, True),
            (C.OPENED, LATER, True),
            (C.PLANNED, NOON, False),
            (C.COMPLETED, LATER, False),
            (C.CANCELLED, LATER, False),
            (C.CANCELLED, None, False),
        ],
    )
    def test_ends_with_its_hour_or_with_the_opening(self, state, until, expected):
        assert promotion_open(class_state=state, promote_until=until, now=NOON) is expected


class TestSeatsToPromote:
    @pytest.mark.parametrize(
        ("capacity", "taken", "waiting", "expected"),
        [(3, 3, 2, 0), (3, 2, 2, 1), (5, 2, 2, 2), (5, 2, 0, 0), (2, 3, 4, 0)],
    )
    def test_is_what_is_free_and_wanted(self, capacity, taken, waiting, expected):
        assert seats_to_promote(capacity=capacity, taken=taken, waiting=waiting) == expected


class TestWaitlistOver:
    @pytest.mark.parametrize(
        ("state", "promote_until", "silent_days", "over"),
        [
            (C.PLANNED, None, 6, False),
            (C.PLANNED, None, 7, True),
            (C.OPENED, None, 7, False),
            (C.PLANNED, NOON, 0, True),
            (C.PLANNED, LATER, 8, False),
        ],
    )
    def test_at_its_hour_or_after_a_week_of_silence(self, state, promote_until, silent_days, over):
        starts_at = NOON - timedelta(days=silent_days)
        assert over == waitlist_over(
            class_state=state, promote_until=promote_until, starts_at=starts_at, now=NOON
        )


class TestWhyWaiting:
    def test_says_that_no_seat_is_free(self):
        why = why_waiting(class_state=C.PLANNED, promote_until=None, now=NOON)
        assert why is WhyWaiting.NO_FREE_SEAT

    def test_says_that_promotion_has_ended(self):
        why = why_waiting(class_state=C.PLANNED, promote_until=NOON, now=NOON)
        assert why is WhyWaiting.PROMOTION_ENDED


class TestStatesNamed:
    def test_reads_a_list(self):
        assert states_named("SEATED, WAITLISTED") == [S.SEATED, S.WAITLISTED]

    def test_knows_no_filter(self):
        assert states_named(None) == []

    def test_refuses_what_is_no_state(self):
        with pytest.raises(StateUnknownError):
            states_named("SEATED,SITTING")
