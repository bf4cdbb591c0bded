import json
from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from services.registry.exports.rules import csv_lines, feature, plain
from services.registry.spaces.rules import SpaceKind

ID = UUID("01a1f0c8-6c1e-7bd2-9f3a-5f0c6d2b7e11")
NOON = datetime(2025, 12, 31, 12, tzinfo=UTC)


class TestPlain:
    @pytest.mark.parametrize(
        ("value", "cell"),
        [
            (None, None),
            (SpaceKind.ROOM, "ROOM"),
            (ID, str(ID)),
            (NOON, "2025-12-31T12:00:00+00:00"),
            (date(2025, 12, 31), date(2025, 12, 31)),
            (["BAKERY", SpaceKind.ROOM], "BAKERY|ROOM"),
            ([{"a": ID}], f'[{{"a": "{ID}"}}]'),
            ({"a": 1}, '{"a": 1}'),
            (-7.5, -7.5),
        ],
    )
    def test_returns_what_a_cell_holds(self, value, cell):
        assert plain(value) == cell

    def test_keeps_the_kind_of_a_truth(self):
        assert plain(True) is True  # noqa: FBT003 - the value itself


class TestCsvLines:
    @pytest.mark.parametrize("mark", ["=", "+", "-", "@", "\t", "\r"])
    def test_makes_a_text_harmless(self, mark):
        assert csv_lines([[f"{mark}1+1"]]).strip('"\r\n') == f"'{mark}1+1"

    def test_leaves_numbers_days_and_truths_as_they_are(self):
        assert csv_lines([[-7.5, date(2025, 12, 31), True, None]]) == "-7.5,2025-12-31,true,\r\n"

    def test_makes_what_a_list_begins_with_harmless(self):
        assert csv_lines([[["=1", "b"]]]) == "'=1|b\r\n"


class TestFeature:
    def test_keeps_lists_and_the_order_of_a_point(self):
        row = [ID, ["BAKERY"], date(2025, 12, 31), {"a": SpaceKind.ROOM}]

        found = json.loads(feature(["id", "trades", "day", "more"], row, (110.5, -7.3)))

        assert found == {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [110.5, -7.3]},
            "properties": {
                "id": str(ID),
                "trades": ["BAKERY"],
                "day": "2025-12-31",
                "more": {"a": "ROOM"},
            },
        }

    def test_has_no_geometry_without_a_point(self):
        assert json.loads(feature(["a"], [1], None))["geometry"] is None
