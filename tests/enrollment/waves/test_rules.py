from datetime import UTC, datetime, timedelta

import pytest

from services.enrollment.waves.rules import (
    PromotionEndError,
    StartRule,
    StartRuleError,
    WaveStartedError,
    WindowExpiredError,
    WindowOrderError,
    check_not_started,
    check_window,
    start_instant,
)
from shared.schemas.registry import TimeZone

LOCAL = datetime(2027, 1, 15, 8, 0)  # noqa: DTZ001 - a time on the wall clock has no zone
INSTANT = datetime(2027, 1, 15, 1, 0, tzinfo=UTC)
OPENS = datetime(2026, 12, 1, tzinfo=UTC)
CLOSES = datetime(2026, 12, 31, tzinfo=UTC)
NOW = datetime(2026, 11, 22, tzinfo=UTC)


class TestStartInstant:
    @pytest.mark.parametrize(
        ("zone", "hour_utc"), [(TimeZone.WIT, 23), (TimeZone.WITA, 0), (TimeZone.WIB, 1)]
    )
    def test_same_local_time_starts_in_the_east_first(self, zone, hour_utc):
        found = start_instant(
            StartRule.SAME_LOCAL_TIME, starts_at=None, starts_local=LOCAL, zone=zone
        )

        assert found.hour == hour_utc
        assert found.utcoffset() == timedelta(0)

    @pytest.mark.parametrize("zone", TimeZone)
    def test_same_instant_is_one_moment_everywhere(self, zone):
        found = start_instant(
            StartRule.SAME_INSTANT, starts_at=INSTANT, starts_local=None, zone=zone
        )

        assert found == INSTANT

    @pytest.mark.parametrize(
        ("rule", "starts_at", "starts_local"),
        [
            (StartRule.SAME_INSTANT, None, LOCAL),
            (StartRule.SAME_INSTANT, INSTANT, LOCAL),
            (StartRule.SAME_INSTANT, None, None),
            (StartRule.SAME_LOCAL_TIME, INSTANT, None),
            (StartRule.SAME_LOCAL_TIME, INSTANT, LOCAL),
            (StartRule.SAME_LOCAL_TIME, None, None),
        ],
    )
    def test_refuses_another_start_than_the_rule_asks_for(self, rule, starts_at, starts_local):
        with pytest.raises(StartRuleError):
            start_instant(rule, starts_at=starts_at, starts_local=starts_local, zone=TimeZone.WIB)


class TestCheckWindow:
    @pytest.mark.parametrize(
        ("changes", "error"),
        [
            ({}, None),
            ({"first_start": CLOSES}, None),
            ({"promote_until": INSTANT + timedelta(days=3)}, None),
            ({"closes_at": OPENS}, WindowOrderError),
            ({"first_start": CLOSES - timedelta(seconds=1)}, WindowOrderError),
            ({"now": CLOSES}, WindowExpiredError),
            ({"promote_until": OPENS}, PromotionEndError),
        ],
    )
    def test_allows_only_a_window_that_can_be(self, changes, error):
        window = {
            "opens_at": OPENS,
            "closes_at": CLOSES,
            "first_start": INSTANT,
            "promote_until": None,
            "now": NOW,
            **changes,
        }

        if error is None:
            check_window(**window)
        else:
            with pytest.raises(error):
                check_window(**window)


class TestCheckNotStarted:
    def test_refuses_a_class_when_the_hour_has_come(self):
        with pytest.raises(WaveStartedError):
            check_not_started(starts_at=INSTANT, now=INSTANT)

    def test_allows_it_before(self):
        check_not_started(starts_at=INSTANT, now=INSTANT - timedelta(seconds=1))
