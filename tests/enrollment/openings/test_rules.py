from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from services.enrollment.openings.rules import (
    AlreadyOpenedError,
    NotOpenedError,
    PresenceReportedError,
    RollRefusedError,
    SeatedUnlistedError,
    StartImplausibleError,
    check_everybody_listed,
    check_may_add,
    check_may_complete,
    check_may_open,
    check_roll,
    check_start,
    check_unreported,
)
from shared.schemas.enrollment import ClassState as C
from shared.schemas.enrollment import EnrollmentState as S
from shared.schemas.enrollment import Presence

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
A, B, W = UUID(int=1), UUID(int=2), UUID(int=3)
STATES = {A: S.SEATED, B: S.SEATED, W: S.WAITLISTED}
ALLOWED = {"present": {S.SEATED}, "absent": {S.SEATED}}


class TestCheckRoll:
    def test_allows_everybody_once_and_nobody_at_all(self):
        check_roll({"present": [A], "absent": [B]}, states=STATES, allowed=ALLOWED)
        check_roll({"present": [], "absent": []}, states=STATES, allowed=ALLOWED)

    @pytest.mark.parametrize(
        ("present", "absent", "faults"),
        [
            ([UUID(int=9)], [], [("/present/0", "enrollment-unknown")]),
            ([A, W], [], [("/present/1", "not-seated")]),
            ([A, A], [], [("/present/1", "listed-twice")]),
            ([A], [B, A], [("/absent/1", "listed-twice")]),
            ([W], [W], [("/present/0", "not-seated"), ("/absent/0", "listed-twice")]),
        ],
    )
    def test_names_every_fault_with_its_place(self, present, absent, faults):
        with pytest.raises(RollRefusedError) as refused:
            check_roll({"present": present, "absent": absent}, states=STATES, allowed=ALLOWED)

        errors = refused.value.extra["errors"]
        assert [(each["pointer"], each["code"]) for each in errors] == faults

    def test_seats_no_minor_whom_nobody_answers_for(self):
        with pytest.raises(RollRefusedError) as refused:
            check_roll(
                {"present": [A, B], "absent": []},
                states=STATES,
                allowed=ALLOWED,
                unguarded={"present": {B}},
            )

        (error,) = refused.value.extra["errors"]
        assert (error["pointer"], error["code"]) == ("/present/1", "guardian-missing")
        check_roll(
            {"present": [A], "absent": [B]},
            states=STATES,
            allowed=ALLOWED,
            unguarded={"present": {B}},
        )


class TestCheckStart:
    @pytest.mark.parametrize("started_at", [NOON, NOON - timedelta(hours=7)])
    def test_allows_the_hour_and_a_late_report(self, started_at):
        check_start(started_at=started_at, starts_at=NOON - timedelta(hours=7), now=NOON)

    @pytest.mark.parametrize("started_at", [NOON + timedelta(seconds=1), NOON - timedelta(days=2)])
    def test_refuses_the_future_and_long_before(self, started_at):
        with pytest.raises(StartImplausibleError):
            check_start(started_at=started_at, starts_at=NOON, now=NOON)


class TestCheckStates:
    def test_a_planned_class_opens_and_an_opened_one_ends(self):
        check_may_open(C.PLANNED)
        check_may_complete(C.OPENED)

    @pytest.mark.parametrize("state", [C.OPENED, C.COMPLETED, C.CANCELLED])
    def test_no_other_opens(self, state):
        with pytest.raises(AlreadyOpenedError):
            check_may_open(state)

    @pytest.mark.parametrize("state", [C.PLANNED, C.COMPLETED, C.CANCELLED])
    def test_only_a_running_class_takes_a_later_report(self, state):
        check_may_add(C.OPENED, started_at=NOON, reported_start=NOON, named=1)
        with pytest.raises(AlreadyOpenedError):
            check_may_add(state, started_at=NOON, reported_start=NOON, named=1)

    @pytest.mark.parametrize("state", [C.PLANNED, C.COMPLETED, C.CANCELLED])
    def test_no_other_ends(self, state):
        with pytest.raises(NotOpenedError):
            check_may_complete(state)


class TestCheckUnreported:
    def test_allows_who_was_never_named(self):
        check_unreported([])
        check_unreported([Presence.UNREPORTED])

    @pytest.mark.parametrize("said", [Presence.PRESENT, Presence.ABSENT])
    def test_refuses_who_was(self, said):
        with pytest.raises(PresenceReportedError, match="presence of 1"):
            check_unreported([Presence.UNREPORTED, said])


class TestCheckEverybodyListed:
    def test_allows_all(self):
        check_everybody_listed(seated=2, listed=2)

    def test_refuses_to_leave_somebody_out(self):
        with pytest.raises(SeatedUnlistedError, match="1 who hold a seat"):
            check_everybody_listed(seated=2, listed=1)
