import json
from io import StringIO

from rich.console import Console

from deploy.pilot.drawn_ending import Drawn
from deploy.pilot.ending import Ending, show
from deploy.pilot.freshness import Lag


def an_ending(**changes) -> Ending:
    facts = {
        "refused": {"class-full": 7, "already-enrolled": 2},
        "seated": 16,
        "response_rate": 0.62,
        "asked_after_3_months": 10,
        "network_members": 21,
        "heads": 1,
        "hours_open": 720.0,
        "hours_lent": 72.0,
        "drawn": Drawn(
            applied=250,
            assisted=50,
            offered=80,
            repeated=241,
            notices={"OFFER": 80},
            received={"SLOT_USED": 3, "SERVICE_RECEIVED": 4},
        ),
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

    def test_names_the_network_the_idle_hours_and_the_heads(self):
        out = StringIO()

        show(an_ending(), Console(file=out, width=120))

        rows = [line.split("│") for line in out.getvalue().splitlines() if "│" in line]
        told = {row[1].strip(): (row[2].strip(), row[3].strip()) for row in rows}
        assert told["in BLKK Eksyar"] == ("21", "centres of pesantren, under MES")
        assert told["idle hours put to use"] == ("72", "by the other ministry, 10.0% of 720 open")
        assert told["heads invited"][0] == "1"
        assert told["applied for the draw"][0] == "250"
        assert told["ranks repeated"][0] == "241"
        assert told["referred"][1] == "4 PLUT, 3 line"
        assert told["certificates"] == ("0", "80 notices sent to their holders")

    def test_can_show_what_an_older_pilot_kept(self):
        out = StringIO()
        kept = {
            name: value
            for name, value in an_ending().as_json().items()
            if name not in {"network_members", "heads", "hours_open", "hours_lent", "drawn"}
        }

        show(Ending.from_json(json.loads(json.dumps(kept))), Console(file=out, width=120))

        assert "0.0% of 0 open" in out.getvalue()

    def test_says_when_the_lag_was_not_measured(self):
        out = StringIO()

        show(an_ending(lag=None), Console(file=out, width=120))

        assert "not measured" in out.getvalue()
