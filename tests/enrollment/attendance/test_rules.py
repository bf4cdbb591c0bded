"""When a roll call is taken and corrected."""

from datetime import UTC, datetime, timedelta

import pytest

from services.enrollment.attendance import rules
from shared.schemas.enrollment import ClassState, EnrollmentState

STARTS = datetime(2027, 2, 8, 1, tzinfo=UTC)
AT = rules.SessionTime(STARTS, STARTS + timedelta(hours=8), lock_days=7)
LOCKED = AT.ends_at + timedelta(days=7)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("state", "now", "office", "reason", "error"),
    [
        (ClassState.OPENED, STARTS, False, None, None),
        (ClassState.OPENED, STARTS - SECOND, True, "x", rules.SessionNotStartedError),
        (ClassState.OPENED, LOCKED - SECOND, False, None, None),
        (ClassState.OPENED, LOCKED, False, "x", rules.AttendanceLockedError),
        (ClassState.OPENED, LOCKED, True, None, rules.ReasonMissingError),
        (ClassState.OPENED, LOCKED, True, "x", None),
        (ClassState.PLANNED, STARTS, True, "x", rules.AttendanceClosedError),
        (ClassState.CANCELLED, STARTS, True, "x", rules.AttendanceClosedError),
        (ClassState.COMPLETED, STARTS, False, "x", rules.AttendanceClosedError),
        (ClassState.COMPLETED, STARTS, True, None, rules.AttendanceClosedError),
        (ClassState.COMPLETED, STARTS, True, "x", None),
    ],
)
def test_says_who_may_record_when(state, now, office, reason, error):
    if error is None:
        rules.check_may_record(state, AT, office=office, reason=reason, now=now)
        return
    with pytest.raises(error):
        rules.check_may_record(state, AT, office=office, reason=reason, now=now)


@pytest.mark.parametrize(
    ("taken_at", "plausible"),
    [
        (STARTS - timedelta(hours=1), True),
        (STARTS - timedelta(hours=1) - SECOND, False),
        (STARTS + timedelta(hours=2), True),
        (STARTS + timedelta(hours=2) + SECOND, False),
    ],
)
def test_believes_a_device_between_the_session_and_now(taken_at, plausible):
    now = STARTS + timedelta(hours=2)
    if plausible:
        rules.check_taken_at(taken_at, starts_at=STARTS, now=now)
        return
    with pytest.raises(rules.TakenAtError):
        rules.check_taken_at(taken_at, starts_at=STARTS, now=now)


@pytest.mark.parametrize(
    ("state", "decided", "then"),
    [
        (EnrollmentState.SEATED, None, EnrollmentState.SEATED),
        (EnrollmentState.DROPPED_OUT, STARTS + SECOND, EnrollmentState.SEATED),
        (EnrollmentState.DROPPED_OUT, STARTS, EnrollmentState.DROPPED_OUT),
        (EnrollmentState.COMPLETED, STARTS + SECOND, EnrollmentState.SEATED),
        (EnrollmentState.CANCELLED, STARTS + SECOND, EnrollmentState.CANCELLED),
        (EnrollmentState.WAITLISTED, None, EnrollmentState.WAITLISTED),
    ],
)
def test_knows_who_held_a_seat_when_the_session_began(state, decided, then):
    assert rules.state_then(state, decided_at=decided, starts_at=STARTS) is then


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("Siti Rahayu Ningsih", "Si*** R. N."),
        ("Suharto", "Suh***"),
        ("Ali", "A***"),
        ("I Gede Putu", "I*** G. P."),
        ("  Maimunah  ", "Mai***"),
        ("", "***"),
    ],
)
def test_masks_a_name_so_that_the_roll_can_still_be_called(name, masked):
    assert rules.masked_name(name) == masked
