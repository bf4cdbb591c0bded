import json
from io import StringIO

from rich.console import Console

from deploy.pilot.ending import Ending, show
from deploy.pilot.freshness import Lag


def an_ending(**changes) -> Ending:
    facts = {
        "refused": {"class-full": 7, "already-enrolled": 2},
        "seated": 16,
        "response_rate": 0.62,
        "asked_after_3_months": 10,
        "lag": Lag(median_s=0.2, p99_s=0.61, worst_s=0.9, events=18),
    }
    return Ending(applicants=100, classes=6, seed=1, **{**facts, **changes})


class TestEnding:
    def test_can_be_kept_as_json(self):
        for ending in (an_ending(), an_ending(lag=None)):
            assert Ending.from_json(json.loads(json.dumps(ending.as_json()))) == ending

    def test_is_sound_only_when_nothing_was_oversold_doubled_or_lost(self):
        assert an_ending().sound
        for fault in ("oversold", "duplicates", "lost"):
            assert not an_ending(**{fault: 1}).sound


class TestShow:
    def test_names_refusals_by_reason_the_response_rate_and_the_lag(self):
        out = StringIO()

        show(an_ending(), Console(file=out, width=120))

        told = out.getvalue()
        assert "DATA SINTETIS" in told
        assert "class-full" in told
        assert "already-enrolled" in told
        assert "response rate 62% of 10" in told
        assert "0.61 s" in told

    def test_says_when_the_lag_was_not_measured(self):
        out = StringIO()

        show(an_ending(lag=None), Console(file=out, width=120))

        assert "not measured" in out.getvalue()
