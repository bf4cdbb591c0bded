from datetime import date

import pytest

from services.registry.incubators import rules
from services.registry.incubators.rules import (
    DayInvalidError,
    EndDayInvalidError,
    IncubatorFullError,
    IncubatorNotInForceError,
    IncubatorPeriodInvalidError,
    IncubatorState,
    IncubatorStateRefusedError,
    TenantStage,
    TenantStatus,
    TenantStatusRefusedError,
)

ACTIVE, SUSPENDED, ENDED = IncubatorState
PRE, DURING, POST = TenantStage
IN, GRADUATED, LEFT = TenantStatus
FIRST, LAST, TODAY = date(2025, 1, 1), date(2027, 12, 31), date(2026, 3, 1)
TERM = {"valid_from": FIRST, "valid_to": LAST, "today": TODAY}


class TestCheckStateChange:
    @pytest.mark.parametrize(
        ("present", "allowed"),
        [(ACTIVE, {SUSPENDED, ENDED}), (SUSPENDED, {ACTIVE, ENDED}), (ENDED, set())],
    )
    def test_knows_what_may_follow(self, present, allowed):
        for wanted in IncubatorState:
            if wanted in allowed:
                rules.check_state_change(present=present, wanted=wanted)
                continue
            with pytest.raises(IncubatorStateRefusedError) as refused:
                rules.check_state_change(present=present, wanted=wanted)
            assert refused.value.extra == {"present": present, "allowed": sorted(allowed)}

    def test_lets_nothing_change_after_the_end(self):
        rules.check_unended(SUSPENDED)
        with pytest.raises(IncubatorStateRefusedError):
            rules.check_unended(ENDED)


class TestCheckJoining:
    @pytest.mark.parametrize("day", [FIRST, TODAY])
    def test_takes_a_tenant_while_it_holds(self, day):
        rules.check_joining(ACTIVE, joined_on=day, **TERM)

    @pytest.mark.parametrize(
        ("state", "day", "error"),
        [
            (SUSPENDED, TODAY, IncubatorStateRefusedError),
            (ENDED, TODAY, IncubatorStateRefusedError),
            (ACTIVE, date(2026, 3, 2), DayInvalidError),
            (ACTIVE, date(2024, 12, 31), IncubatorNotInForceError),
        ],
    )
    def test_refuses_the_rest(self, state, day, error):
        with pytest.raises(error):
            rules.check_joining(state, joined_on=day, **TERM)

    def test_refuses_a_day_after_the_last(self):
        with pytest.raises(IncubatorNotInForceError):
            rules.check_joining(
                ACTIVE,
                joined_on=date(2028, 1, 1),
                valid_from=FIRST,
                valid_to=LAST,
                today=date(2028, 2, 1),
            )


class TestCheckAdvance:
    @pytest.mark.parametrize(("present", "wanted"), [(PRE, DURING), (DURING, POST)])
    def test_takes_the_stage_that_follows(self, present, wanted):
        rules.check_advance(IN, present=present, wanted=wanted)

    @pytest.mark.parametrize(
        ("status", "present", "wanted", "allowed"),
        [
            (IN, PRE, POST, ["INCUBATION"]),
            (IN, DURING, PRE, ["POST_INCUBATION"]),
            (IN, POST, POST, []),
            (LEFT, PRE, DURING, []),
            (GRADUATED, DURING, POST, []),
        ],
    )
    def test_refuses_any_other(self, status, present, wanted, allowed):
        with pytest.raises(TenantStatusRefusedError) as refused:
            rules.check_advance(status, present=present, wanted=wanted)

        assert refused.value.extra["allowed"] == allowed


class TestCheckGraduation:
    @pytest.mark.parametrize("stage", [DURING, POST])
    def test_follows_incubation(self, stage):
        rules.check_graduation(IN, stage=stage)

    @pytest.mark.parametrize(("status", "stage"), [(IN, PRE), (LEFT, POST), (GRADUATED, POST)])
    def test_refuses_the_rest(self, status, stage):
        with pytest.raises(TenantStatusRefusedError):
            rules.check_graduation(status, stage=stage)


class TestChecks:
    def test_refuse_a_tenant_too_many(self):
        rules.check_room(taken=2, capacity=2)
        with pytest.raises(IncubatorFullError) as refused:
            rules.check_room(taken=3, capacity=2)

        assert refused.value.extra == {"capacity": 2, "tenants": 3}

    def test_refuse_a_period_that_ends_before_it_begins(self):
        rules.check_period(valid_from=FIRST, valid_to=FIRST)
        with pytest.raises(IncubatorPeriodInvalidError):
            rules.check_period(valid_from=LAST, valid_to=FIRST)

    @pytest.mark.parametrize("day", [date(2024, 12, 31), date(2026, 3, 2)])
    def test_refuse_a_day_outside(self, day):
        rules.check_end(TODAY, **TERM)
        rules.check_day(FIRST, since=FIRST, today=TODAY, pointer="/left_on")
        with pytest.raises(EndDayInvalidError):
            rules.check_end(day, **TERM)
        with pytest.raises(DayInvalidError):
            rules.check_day(day, since=FIRST, today=TODAY, pointer="/left_on")
