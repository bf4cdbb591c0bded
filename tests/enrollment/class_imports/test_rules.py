import pytest

from services.enrollment.class_imports.rules import COLUMNS, members_of

CELLS = dict.fromkeys(COLUMNS, "") | {"instructor_ids": "a b", "starts_on": "2027-01-15"}


class TestMembersOf:
    @pytest.mark.parametrize("cell", ["a b", "a|b", "a | b"])
    def test_parts_instructors(self, cell):
        assert members_of({**CELLS, "instructor_ids": cell})["instructor_ids"] == ["a", "b"]

    @pytest.mark.parametrize(
        ("cell", "day"),
        [
            ("2027-01-15", "2027-01-15"),
            ("15/01/2027", "2027-01-15"),
            ("5/1/2027", "2027-01-05"),
            ("soon", "soon"),
        ],
    )
    def test_reads_a_day_as_excel_writes_it(self, cell, day):
        assert members_of({**CELLS, "starts_on": cell})["starts_on"] == day

    def test_takes_gaps_for_the_defaults(self):
        members = members_of(CELLS)

        assert members["capacity"] is None
        assert members["reserve_capacity"] is None
        assert members["synthetic"] == "false"

    def test_does_without_optional_columns(self):
        cells = {name: CELLS[name] for name, required in COLUMNS.items() if required}

        assert members_of(cells)["capacity"] is None
