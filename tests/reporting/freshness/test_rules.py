from datetime import UTC, datetime, timedelta

import pytest

from services.reporting.folding.rules import Source
from services.reporting.freshness.rules import Freshness, Reading, Standing

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)


def ago(seconds: float) -> datetime:
    return NOW - timedelta(seconds=seconds)


def reading(source: Source = Source.ENROLLMENT, position: int = 1, **said) -> Reading:
    return Reading(source=source, generation=1, position=position, **said)


def standing(*readings: Reading, **known) -> Standing:
    return Standing({each.source: each for each in readings}, **known)


class TestFreshness:
    @pytest.mark.parametrize(
        ("said", "expected"),
        [
            ({"as_of": ago(1), "caught_up": True}, Freshness(ago(1), 0.0)),
            (
                {"as_of": ago(1), "last_event_at": ago(900), "caught_up": True},
                Freshness(ago(1), 0.0),
            ),
            (
                {"as_of": ago(3), "last_event_at": ago(3), "caught_up": False},
                Freshness(ago(3), 3.0),
            ),
            (
                {"as_of": ago(3), "last_event_at": ago(900), "caught_up": False},
                Freshness(ago(3), 3.0),
            ),
            ({"as_of": ago(60), "caught_up": True}, Freshness(ago(60), 60.0)),
            ({}, Freshness(None, None)),
        ],
        ids=[
            "caught up",
            "quiet for long",
            "behind",
            "an event waits",
            "reader silent",
            "never read",
        ],
    )
    def test_says_until_when_everything_is_counted(self, said: dict, expected: Freshness):
        assert standing(reading(**said)).freshness([Source.ENROLLMENT], now=NOW) == expected

    def test_is_that_of_the_source_that_is_latest(self):
        both = standing(
            reading(as_of=ago(1), caught_up=True),
            reading(Source.REPORTING, as_of=ago(4), last_event_at=ago(4)),
        )

        assert both.freshness([Source.ENROLLMENT], now=NOW) == Freshness(ago(1), 0.0)
        assert both.freshness(both.readings, now=NOW) == Freshness(ago(4), 4.0)

    def test_is_never_negative_when_clocks_differ(self):
        ahead = standing(reading(as_of=ago(-1), last_event_at=ago(-1)))

        assert ahead.freshness([Source.ENROLLMENT], now=NOW).lag_seconds == 0


class TestPosition:
    def test_changes_with_what_is_folded_from_the_sources_asked_for(self):
        before = standing(reading(position=1), reading(Source.REGISTRY, position=1))
        after = standing(reading(position=1), reading(Source.REGISTRY, position=2))

        assert before.position([Source.ENROLLMENT]) == after.position([Source.ENROLLMENT])
        assert before.position([Source.REGISTRY]) != after.position([Source.REGISTRY])


class TestStartsPassed:
    @pytest.mark.parametrize(("seconds", "passed"), [(-1, 0), (0, 1), (59, 1), (60, 2), (99, 2)])
    def test_counts_starts_up_to_the_moment_itself(self, seconds: int, passed: int):
        known = standing(starts=(NOW, NOW + timedelta(minutes=1)))

        assert known.starts_passed(NOW + timedelta(seconds=seconds)) == passed
