from io import StringIO

from rich.console import Console

from deploy.bench.enrollment import ENROLLMENT_BARS, FOLD, LAG, OVERSOLD, SPREAD_32
from deploy.bench.figures import Figures, show


def figures() -> Figures:
    made = Figures(ENROLLMENT_BARS)
    for value in (0.3, 0.9, 0.5):
        made.add(SPREAD_32, value)
    made.add(LAG, 2.5)
    made.add(OVERSOLD, 0)
    made.note("pgbench, hot, claims/s", 1234.5)
    return made


class TestFigures:
    def test_takes_the_median_of_the_rounds(self):
        assert figures().median(SPREAD_32) == 0.5
        assert figures().median(FOLD) is None

    def test_writes_every_bar_with_its_rounds(self):
        written = figures().as_json()

        by_name = {each["name"]: each for each in written["figures"]}
        assert set(by_name) == {bar.name for bar in ENROLLMENT_BARS}
        assert by_name[SPREAD_32.name]["rounds"] == [0.3, 0.9, 0.5]
        assert written["machine"]["cores"] >= 1


class TestBar:
    def test_is_met_from_above_or_from_below(self):
        assert SPREAD_32.is_met(0.4)
        assert not SPREAD_32.is_met(0.39)
        assert LAG.is_met(2.0)
        assert not LAG.is_met(2.01)
        assert not OVERSOLD.is_met(1)


class TestShow:
    def test_says_what_was_met_what_was_not_and_what_was_not_measured(self):
        out = StringIO()

        show(figures(), Console(file=out, width=160))

        lines = {
            line.split("│")[1].strip(): line for line in out.getvalue().splitlines() if "│" in line
        }
        assert "0.50 x" in lines[SPREAD_32.name]
        assert " met" in lines[SPREAD_32.name]
        assert "not met" in lines[LAG.name]
        assert "not measured here" in lines[FOLD.name]
        assert "pgbench, hot, claims/s: 1,234.5" in out.getvalue()
