import json
from itertools import pairwise
from pathlib import Path

import pytest

from services.reporting import dashboard
from services.reporting.boundaries import rules
from services.reporting.boundaries.queries import approximate_provinces
from services.reporting.reports.rules import ZONES
from shared.schemas.imports import Outcome
from shared.schemas.registry import AreaLevel

PROVINCES = sorted(code for codes in ZONES.values() for code in codes)
MAP = Path(dashboard.__file__).parent / "static/provinces.json"
NAMES = {"51": "Bali", "52": "NTB", "51.71": "Kota Denpasar"}
# A square of 0.1 degrees with a hole, as RFC 7946 winds them.
OUTER = [[115.0, -8.5], [115.1, -8.5], [115.1, -8.4], [115.0, -8.4], [115.0, -8.5]]
HOLE = [[115.02, -8.48], [115.02, -8.42], [115.08, -8.42], [115.08, -8.48], [115.02, -8.48]]


def feature(code="51", coordinates=None, *, kind="Polygon", **more) -> dict:
    geometry = {"type": kind, "coordinates": [OUTER] if coordinates is None else coordinates}
    return {"type": "Feature", "properties": {"code": code}, "geometry": geometry, **more}


def judge(*features, in_force=NAMES):
    raw = json.dumps({"type": "FeatureCollection", "features": features}).encode()
    return rules.judge(raw, in_force=in_force, language="en")


def codes(judged) -> list[tuple]:
    return [(each.row, each.outcome.value, each.code) for each in judged.verdicts]


class TestJudge:
    def test_takes_what_is_right_and_tells_what_is_left_out(self):
        judged = judge(feature())

        assert judged.level is AreaLevel.PROVINCE
        assert [(each.code, each.name) for each in judged.boundaries] == [("51", "Bali")]
        assert codes(judged) == [(1, "CREATED", None), (2, "MISSING", None)]
        assert not judged.any_refused

    @pytest.mark.parametrize(
        ("wrong", "code"),
        [
            (feature("99"), "boundary-code"),
            (feature(None), "boundary-code"),
            (feature("51", [[[115.0, -8.5], [115.1, -8.5], [115.1, -8.4]]]), "boundary-shape"),
            (feature("51", [OUTER[:-1]]), "boundary-shape"),
            (feature("51", []), "boundary-shape"),
            (feature("51", [OUTER], kind="LineString"), "boundary-shape"),
            # In metres, turned around, and nowhere.
            (feature("51", [[[300000, 9e6], [3e5, 9.1e6], [4e5, 9e6], [300000, 9e6]]]),
             "boundary-shape"),
            (feature("51", [[[y, x] for x, y in OUTER]]), "boundary-shape"),
            (feature("51", [[[float("nan"), -8.5], *OUTER[1:]]]), "boundary-shape"),
            (feature("51", "here"), "boundary-shape"),
            (feature("51") | {"geometry": None}, "boundary-shape"),
        ],
    )  # fmt: skip
    def test_refuses_a_feature_that_is_wrong(self, wrong: dict, code: str):
        judged = judge(wrong)

        assert codes(judged)[0] == (1, "REFUSED", code)
        assert judged.any_refused

    def test_refuses_an_area_that_comes_twice(self):
        assert codes(judge(feature(), feature()))[1] == (2, "REFUSED", "boundary-repeated")

    def test_refuses_two_levels_in_one_file(self):
        with pytest.raises(rules.BoundariesMixedError):
            judge(feature("51"), feature("51.71"))

    @pytest.mark.parametrize("raw", [b"{", b"[]", b'{"features": []}', b'{"features": [1]}', b"{}"])
    def test_refuses_what_is_no_collection(self, raw: bytes):
        with pytest.raises(rules.BoundariesUnreadableError):
            rules.judge(raw, in_force=NAMES, language="id")

    @pytest.mark.parametrize(
        ("properties", "code"),
        [
            ({"code": "51"}, "51"),
            ({"code": 51}, "51"),
            ({"KDPPUM": "51", "KDPKAB": "51.71"}, "51.71"),
            ({"KDPKAB": "5171"}, "51.71"),
            ({"KDPPUM": "51", "KDPKAB": None}, "51"),
            ({"code": "5171010"}, ""),
            ({"code": "\u0665\u0661"}, ""),
            ({}, "52"),
            (None, "52"),
        ],
    )
    def test_finds_the_code_where_offices_put_it(self, properties, code: str):
        assert rules.code_of({"id": "52", "properties": properties}) == code


class TestGeometry:
    def test_winds_outer_rings_and_holes_opposite_ways(self):
        drawn = [[OUTER, HOLE]]
        there, back = (rules.wound(drawn, turn) for turn in ("clockwise", "counterclockwise"))

        assert [rules.turn_of(ring) > 0 for ring in there[0]] == [False, True]
        assert [rules.turn_of(ring) > 0 for ring in back[0]] == [True, False]

    def test_snaps_neighbours_to_the_same_corners(self):
        border = [(115.1011, -8.4989), (115.1009, -8.4402)]
        left = [(115.0, -8.5), *border, (115.0, -8.44), (115.0, -8.5)]
        right = [(115.2, -8.5), border[0], border[1], (115.2, -8.44), (115.2, -8.5)]
        [[west]], [[east]] = (rules.snapped([[ring]]) for ring in (left, right))

        assert {(115.1, -8.5), (115.1, -8.44)} <= set(west) & set(east)

    def test_leaves_out_islands_that_no_screen_shows_but_never_all(self):
        speck = [(115.5, -8.5), (115.5004, -8.5), (115.5004, -8.4996), (115.5, -8.5)]

        assert len(rules.snapped([[OUTER], [speck]])) == 1
        assert rules.snapped([[speck]]) == [[speck]]


class TestShippedMap:
    def test_has_every_province_and_no_more_than_a_first_view_carries(self):
        topology = json.loads(MAP.read_text())
        areas = topology["objects"]["provinces"]["geometries"]

        assert sorted(each["id"] for each in areas) == PROVINCES
        assert all(each["properties"]["approximate"] for each in areas)
        assert MAP.stat().st_size <= 80_000
        assert "Natural Earth" in topology["attribution"]

    def test_is_wound_for_d3(self):
        topology = json.loads(MAP.read_text())
        arcs = rules._absolute(topology)
        for each in topology["objects"]["provinces"]["geometries"]:
            for rings in rules._joined(each, arcs):
                assert rings[0][0] == rings[0][-1], each["id"]
                assert rules.turn_of(rings[0]) < 0, each["id"]
                assert all(rules.turn_of(hole) > 0 for hole in rings[1:]), each["id"]

    @pytest.mark.parametrize(
        ("town", "code"),
        [
            ((95.32, 5.55), "11"),  # Banda Aceh
            ((106.85, -6.2), "31"),  # Jakarta
            ((117.15, -0.5), "64"),  # Samarinda
            ((117.36, 2.84), "65"),  # Tanjung Selor
            ((140.7, -2.55), "91"),  # Jayapura
            ((134.06, -0.87), "92"),  # Manokwari
            ((140.39, -8.49), "93"),  # Merauke
            ((135.5, -3.37), "94"),  # Nabire
            ((138.95, -4.1), "95"),  # Wamena
            ((131.27, -0.88), "96"),  # Sorong
        ],
    )
    def test_draws_each_capital_within_its_province(self, town: tuple, code: str):
        drawn = approximate_provinces()
        holding = [each for each, shape in drawn.items() if holds(shape["coordinates"], town)]

        # A capital by the sea may lie beside its simplified coast, but in no other province.
        assert holding in ([code], [])
        assert nearest(drawn, town) == code

    def test_decodes_to_what_rfc_7946_says(self):
        for code, shape in approximate_provinces().items():
            assert shape["type"] == "MultiPolygon"
            assert all(rules.turn_of(rings[0]) > 0 for rings in shape["coordinates"]), code


def holds(polygons, point) -> bool:
    east, north = point
    crossings = 0
    for rings in polygons:
        for ring in rings:
            for (x1, y1), (x2, y2) in pairwise(ring):
                if (y1 > north) != (y2 > north):
                    crossings += east < x1 + (north - y1) / (y2 - y1) * (x2 - x1)
    return crossings % 2 == 1


def nearest(drawn, point) -> str:
    def distance(shape) -> float:
        if holds(shape["coordinates"], point):
            return 0.0
        return min(
            (x - point[0]) ** 2 + (y - point[1]) ** 2
            for rings in shape["coordinates"]
            for x, y in rings[0]
        )

    return min(drawn, key=lambda code: distance(drawn[code]))


def test_the_verdicts_of_a_file_are_those_that_the_job_counts():
    judged = judge(feature(), feature("99"))

    assert {each.outcome for each in judged.verdicts} <= {
        Outcome.CREATED,
        Outcome.REFUSED,
        Outcome.MISSING,
    }
