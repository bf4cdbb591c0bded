from services.registry.imports.rules import RowRepeatedError, chunks_of
from shared.schemas.imports import Outcome, Verdict, refused


def rows(*numbers: int) -> list[Verdict]:
    return [Verdict(number, Outcome.CREATED) for number in numbers]


class TestChunksOf:
    def test_parts_all_rows_and_tells_how_many_lie_behind(self):
        parts = [
            (behind, [row.row for row in chunk])
            for behind, chunk in chunks_of(rows(1, 2, 4, 5, 9), 2)
        ]

        assert parts == [(2, [1, 2]), (4, [4, 5]), (5, [9])]

    def test_goes_on_after_the_last_row_that_is_done(self):
        parts = [
            (behind, [row.row for row in chunk])
            for behind, chunk in chunks_of(rows(1, 2, 4, 5, 9), 2, done=3)
        ]

        assert parts == [(4, [4, 5]), (5, [9])]

    def test_has_nothing_left_when_all_is_done(self):
        assert list(chunks_of(rows(1, 2), 2, done=2)) == []


class TestRefused:
    def test_speaks_the_importers_language(self):
        english = refused(7, RowRepeatedError(), "en")
        indonesian = refused(7, RowRepeatedError(), "id")

        assert (english.row, english.outcome, english.code) == (7, Outcome.REFUSED, "row-repeated")
        assert english.detail == "An earlier row has this code."
        assert indonesian.detail == "Kode ini sudah ada di baris sebelumnya."
