import pytest

from deploy.bench.command import BARS, Part
from deploy.bench.pace import Scale, pace_of
from deploy.commands.tools import run_bench
from deploy.problems import CommandError


class TestBars:
    def test_has_bars_for_every_part_under_names_of_their_own(self):
        names = [bar.name for part in Part for bar in BARS[part]]

        assert len(set(names)) == len(names)
        assert all(BARS[part] for part in Part)


class TestPace:
    def test_measures_at_the_size_that_the_bars_are_stated_for(self):
        pace = pace_of(Scale.FULL, rounds=3)

        assert (pace.extent.facilities, pace.extent.spaces) == (5_000, 25_000)
        assert (pace.extent.bookings, pace.import_rows) == (500_000, 5_000)
        assert pace.searches >= 200


class TestRunBench:
    @pytest.mark.parametrize(
        "asked", [{"only": ["registri"], "scale": "full"}, {"only": [], "scale": "tiny"}]
    )
    def test_refuses_a_part_or_scale_that_there_is_not(self, asked: dict):
        with pytest.raises(CommandError, match="is none of"):
            run_bench(None, rounds=3, **asked)
