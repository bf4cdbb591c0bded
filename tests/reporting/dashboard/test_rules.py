import pytest

from services.reporting.dashboard.rules import TEXTS, TILES, texts_in
from services.reporting.reports.rules import ZONES


class TestTiles:
    def test_are_the_38_provinces_each_on_a_square_of_its_own(self):
        codes = [tile.code for tile in TILES]

        assert sorted(codes) == sorted(code for codes in ZONES.values() for code in codes)
        assert len({(tile.column, tile.row) for tile in TILES}) == len(TILES) == 38
        assert len({tile.short for tile in TILES}) == 38

    @pytest.mark.parametrize(
        ("west", "east"), [("11", "12"), ("12", "31"), ("51", "53"), ("73", "91")]
    )
    def test_run_from_west_to_east(self, west: str, east: str):
        column = {tile.code: tile.column for tile in TILES}

        assert column[west] < column[east]


class TestTexts:
    @pytest.mark.parametrize("language", ["id", "en"])
    def test_say_everything_in_both_languages(self, language):
        assert all(texts_in(language).values())
        assert texts_in(language).keys() == TEXTS.keys()
