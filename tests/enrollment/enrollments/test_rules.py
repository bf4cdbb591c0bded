from datetime import UTC, datetime, timedelta

import pytest

from services.enrollment.enrollments.rules import (
    WHY_TEXT,
    ClassNotRunningError,
    EnrollmentStateError,
    HasAttendedError,
    StateUnknownError,
    WhyWaiting,
    check_cancel,
    check_end,
    check_state_change,
    confirm_by,
    held_change,
    promotion_open,
    seats_to_promote,
    states_named,
    waiting_change,
    waitlist_over,
    why_waiting,
)
from shared.schemas.enrollment import ClassState as C
from shared.schemas.enrollment import EnrollmentState as S
from shared.schemas.enrollment import Presence

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
LATER = NOON + HOUR

ALLOWED = {
    (S.WAITLISTED, S.SEATED),
    (S.WAITLISTED, S.CANCELLED),
    (S.WAITLISTED, S.NOT_PLACED),
    (S.WAITLISTED, S.OFFERED),
    (S.WAITLISTED, S.TRANSFERRED),
    (S.OFFERED, S.SEATED),
    (S.OFFERED, S.DECLINED),
    (S.OFFERED, S.EXPIRED),
    (S.OFFERED, S.CANCELLED),
    (S.OFFERED, S.TRANSFERRED),
    (S.SEATED, S.TRANSFERRED),
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
            with pytest.raises(EnrollmentStateError) as refused:
                check_state_change(present=present, wanted=wanted)
            allowed = sorted(then.value for now, then in ALLOWED if now is present)
            assert refused.value.extra == {"present": present.value, "allowed": allowed}


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
    @pytest.mark.parametrize(
        ("until", "pending", "blocked", "expected"),
        [
            (None, False, False, WhyWaiting.NO_FREE_SEAT),
            (None, False, True, WhyWaiting.QUOTA),
            (None, True, True, WhyWaiting.SELECTION_PENDING),
            (NOON, True, True, WhyWaiting.PROMOTION_ENDED),
        ],
    )
    def test_says_what_would_have_to_change_first(self, until, pending, blocked, expected):
        assert expected is why_waiting(
            class_state=C.PLANNED, promote_until=until, pending=pending, blocked=blocked, now=NOON
        )

    def test_says_of_each_reason_what_would_change_it(self):
        assert set(WHY_TEXT) == set(WhyWaiting)


class TestConfirmBy:
    @pytest.mark.parametrize(
        ("hours", "until", "starts", "expected"),
        [
            (None, None, NOON + 9 * HOUR, None),
            (2, None, NOON + 9 * HOUR, NOON + 2 * HOUR),
            (24, None, NOON + 9 * HOUR, NOON + 9 * HOUR),
            (24, NOON + 12 * HOUR, NOON + 9 * HOUR, NOON + 12 * HOUR),
            (24, NOON + 3 * HOUR, NOON + 9 * HOUR, NOON + 3 * HOUR),
            (24, None, NOON, None),
        ],
    )
    def test_no_offer_outlasts_promotion_or_the_start(self, hours, until, starts, expected):
        found = confirm_by(confirm_hours=hours, promote_until=until, starts_at=starts, now=NOON)
        assert found == expected


class TestChanges:
    @pytest.mark.parametrize(
        ("before", "after", "held", "waiting"),
        [
            (None, S.SEATED, 1, 0),
            (None, S.WAITLISTED, 0, 1),
            (S.WAITLISTED, S.OFFERED, 1, -1),
            (S.OFFERED, S.SEATED, 0, 0),
            (S.OFFERED, S.EXPIRED, -1, 0),
            (S.SEATED, S.DROPPED_OUT, 0, 0),
            (S.SEATED, S.TRANSFERRED, -1, 0),
            (S.WAITLISTED, S.NOT_PLACED, 0, -1),
        ],
    )
    def test_count_seats_and_places_in_line(self, before, after, held, waiting):
        assert (held_change(before, after), waiting_change(before, after)) == (held, waiting)


class TestStatesNamed:
    def test_reads_a_list(self):
        assert states_named("SEATED, WAITLISTED") == [S.SEATED, S.WAITLISTED]

    def test_knows_no_filter(self):
        assert states_named(None) == []

    def test_refuses_what_is_no_state(self):
        with pytest.raises(StateUnknownError):
            states_named("SEATED,SITTING")
