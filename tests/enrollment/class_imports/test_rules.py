from datetime import date

import pytest

from services.enrollment.class_imports.rules import COLUMNS, members_of
from shared.files.cells import CellFormulaError, CellNumericError
from shared.files.xlsx import Flaw, Flawed

CELLS = dict.fromkeys(COLUMNS, "") | {"instructor_ids": "a b", "starts_on": "2027-01-15"}


class TestMembersOf:
    @pytest.mark.parametrize("cell", ["a b", "a|b", "a | b"])
    def test_parts_instructors(self, cell):
        assert members_of({**CELLS, "instructor_ids": cell})["instructor_ids"] == ["a", "b"]

    @pytest.mark.parametrize(
        ("cell", "day"),
        [
            ("2027-01-15", date(2027, 1, 15)),
            ("15/01/2027", date(2027, 1, 15)),
            ("5/1/2027", date(2027, 1, 5)),
            (date(2027, 1, 5), date(2027, 1, 5)),
        ],
    )
    def test_reads_a_day_as_excel_writes_it(self, cell, day):
        assert members_of({**CELLS, "starts_on": cell})["starts_on"] == day

    def test_leaves_gaps_to_the_defaults(self):
        assert members_of(CELLS) == {
            "instructor_ids": ["a", "b"],
            "starts_on": date(2027, 1, 15),
        }

    @pytest.mark.parametrize(
        ("cell", "error"),
        [(7, CellNumericError), (Flawed(Flaw.FORMULA, "K-01"), CellFormulaError)],
    )
    def test_refuses_a_code_that_nobody_wrote(self, cell, error):
        with pytest.raises(error, match="Column code"):
            members_of({**CELLS, "code": cell})
