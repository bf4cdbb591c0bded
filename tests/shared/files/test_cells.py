"""Cells as Indonesian offices write them."""

import datetime as dt

import pytest

from shared.files.cells import (
    CellBrokenError,
    CellFormulaError,
    CellKind,
    CellNumericError,
    Column,
    read_cells,
)
from shared.files.xlsx import Flaw, Flawed

NEW_YEARS_EVE = dt.date(2025, 12, 31)


def read(kind: CellKind, cell, **more):
    return read_cells({"c": cell}, {"c": Column(kind, **more)}).get("c")


class TestReadCells:
    @pytest.mark.parametrize(
        ("kind", "cell", "value"),
        [
            (CellKind.WHOLE, "1.000.000", "1000000"),
            (CellKind.WHOLE, "20", "20"),
            (CellKind.WHOLE, 21, 21),
            (CellKind.WHOLE, "1.00", "1.00"),
            (CellKind.WHOLE, "1,000", "1,000"),
            (CellKind.DECIMAL, "1.000.000,50", "1000000.50"),
            (CellKind.DECIMAL, "1000000.5", "1000000.5"),
            (CellKind.DECIMAL, "-7,25", "-7.25"),
            (CellKind.DECIMAL, "110.123", "110.123"),
            (CellKind.DECIMAL, "1.000.000", "1000000"),
            (CellKind.DECIMAL, "1,2,3", "1,2,3"),
            (CellKind.DECIMAL, -7.25, -7.25),
            (CellKind.DAY, "31/12/2025", NEW_YEARS_EVE),
            (CellKind.DAY, "31-12-2025", NEW_YEARS_EVE),
            (CellKind.DAY, "2025-12-31", NEW_YEARS_EVE),
            (CellKind.DAY, NEW_YEARS_EVE, NEW_YEARS_EVE),
            (CellKind.TRUTH, "Ya", True),
            (CellKind.TRUTH, "tidak", False),
            (CellKind.TRUTH, True, True),
            (CellKind.TRUTH, 0, False),
            (CellKind.WORD, "lpk company", "LPK_COMPANY"),
            (CellKind.TEXT, 2045, "2045"),
            (CellKind.TEXT, "'-7 Ruang", "-7 Ruang"),
            (CellKind.TEXT, "'Aisyiyah", "'Aisyiyah"),
            (CellKind.CODE, "0012", "0012"),
        ],
    )
    def test_reads_what_the_column_holds(self, kind, cell, value):
        found = read(kind, cell)

        assert (found, type(found)) == (value, type(value))

    def test_knows_other_words(self):
        assert read(CellKind.WORD, "bengkel", synonyms={"BENGKEL": "WORKSHOP"}) == "WORKSHOP"

    def test_leaves_out_what_is_empty(self):
        assert read_cells({"a": "", "b": "x"}, {}) == {"b": "x"}

    @pytest.mark.parametrize(
        ("kind", "cell"),
        [
            (CellKind.DAY, "31/02/2025"),
            (CellKind.DAY, "45000"),
            (CellKind.DAY, 45001),
            (CellKind.DAY, dt.datetime.fromisoformat("2025-12-31T12:00")),
            (CellKind.TRUTH, "mungkin"),
            (CellKind.WHOLE, NEW_YEARS_EVE),
            (CellKind.WHOLE, True),
            (CellKind.TEXT, NEW_YEARS_EVE),
            (CellKind.WORD, 7),
        ],
    )
    def test_gives_a_body_nothing_that_it_would_take(self, kind, cell):
        assert not isinstance(read(kind, cell), str | int | float | dt.date | None)

    @pytest.mark.parametrize("cell", [12, 12.5, NEW_YEARS_EVE, True])
    def test_refuses_a_code_that_is_no_text(self, cell):
        with pytest.raises(CellNumericError, match="Column c"):
            read(CellKind.CODE, cell)

    @pytest.mark.parametrize(
        ("kind", "cell"),
        [
            (CellKind.TEXT, "=1+1"),
            (CellKind.TEXT, Flawed(Flaw.FORMULA, 2)),
            (CellKind.CODE, Flawed(Flaw.FORMULA, "A1")),
            (CellKind.WORD, Flawed(Flaw.FORMULA, "ROOM")),
            (CellKind.WHOLE, Flawed(Flaw.FORMULA, "")),
        ],
    )
    def test_refuses_a_formula_where_something_should_be_written(self, kind, cell):
        with pytest.raises(CellFormulaError, match="Column c"):
            read(kind, cell)

    def test_takes_what_a_formula_has_computed(self):
        assert read(CellKind.WHOLE, Flawed(Flaw.FORMULA, 20)) == 20
        assert read(CellKind.DAY, Flawed(Flaw.FORMULA, NEW_YEARS_EVE)) == NEW_YEARS_EVE

    @pytest.mark.parametrize("cell", ["#N/A", "#REF!", Flawed(Flaw.ERROR, "")])
    def test_refuses_an_error_of_the_spreadsheet(self, cell):
        with pytest.raises(CellBrokenError, match="Column c"):
            read(CellKind.WHOLE, cell)
