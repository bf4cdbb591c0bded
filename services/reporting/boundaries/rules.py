"""What an official boundary is, how it is drawn, and the map that stands in for it."""

import json
import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final, Literal, TypeAlias

from shared.errors import InvalidError, ServiceError
from shared.i18n import Language, Text
from shared.schemas.imports import Outcome, Verdict, refused
from shared.schemas.registry import AreaLevel

Point: TypeAlias = tuple[float, float]
Ring: TypeAlias = list[Point]
Polygons: TypeAlias = list[list[Ring]]
Geometry: TypeAlias = dict[str, Any]
Turn: TypeAlias = Literal["counterclockwise", "clockwise"]

# Where Indonesia lies, with some sea around: what is in metres, or turned around, is not in it.
_WEST, _SOUTH, _EAST, _NORTH = 94.0, -12.0, 142.0, 7.0
_SMALLEST_RING: Final = 4
# What a screen shows: corners on a grid of some 550 m, the same for neighbours.
_GRID: Final = 0.005
_DECIMALS: Final = 6
_PROVINCE_DIGITS: Final = 2
_REGENCY_DIGITS: Final = 4
# The members that offices put the code and the name into, the finer first.
_CODES: Final = ("code", "kode", "KDPKAB", "KODE_KAB", "KDPPUM", "KODE_PROV")
_NAMES: Final = ("name", "nama", "WADMKK", "WADMPR", "PROVINSI")


class BoundariesUnreadableError(InvalidError):
    """The file is no GeoJSON of areas."""

    code = "boundaries-unreadable"
    title = Text(
        "Berkas bukan FeatureCollection GeoJSON.", "The file is no GeoJSON FeatureCollection."
    )


class BoundariesMixedError(InvalidError):
    """The file holds provinces and regencies, so that one would lie over the other."""

    code = "boundaries-mixed"
    title = Text(
        "Berkas memuat provinsi dan kabupaten sekaligus; kirim satu tingkat per berkas.",
        "The file holds provinces and regencies; send one level a file.",
    )


class BoundaryCodeError(InvalidError):
    """A feature names no area in force."""

    code = "boundary-code"
    title = Text(
        "Kode wilayah Kemendagri tidak ada atau tidak berlaku.",
        "There is no Kemendagri code, or none that is in force.",
    )


class BoundaryRepeatedError(InvalidError):
    """Two features of a file are of one area."""

    code = "boundary-repeated"
    title = Text("Wilayah ini muncul dua kali.", "This area is in the file twice.")


class BoundaryShapeError(InvalidError):
    """A feature is no polygon in degrees, or one of its rings is not closed."""

    code = "boundary-shape"
    title = Text(
        "Bukan poligon tertutup dalam derajat (WGS 84) di wilayah Indonesia.",
        "It is no closed polygon in degrees (WGS 84) within Indonesia.",
    )


@dataclass(frozen=True, slots=True)
class Boundary:
    """An area as a file draws it: exact, and as a screen shows it; both MultiPolygons."""

    code: str
    name: str
    exact: Geometry
    outline: Geometry


@dataclass(frozen=True, slots=True)
class Judged:
    """What a file holds: its level, its boundaries, and a verdict on each of its features."""

    level: AreaLevel
    boundaries: list[Boundary]
    verdicts: list[Verdict]

    @property
    def any_refused(self) -> bool:
        """Whether anything in the file is wrong: then nothing of it is taken."""
        return any(each.outcome is Outcome.REFUSED for each in self.verdicts)


def judge(raw: bytes, *, in_force: Mapping[str, str], language: Language) -> Judged:
    """Read a file of boundaries, whose areas must be `in_force` (names by code).

    Areas in force that it leaves out follow its features in the verdicts, as MISSING.

    Raises:
        BoundariesUnreadableError: when it is no collection of features.
        BoundariesMixedError: when it holds areas of two levels.
    """
    features = _features(raw)
    level = _level_of([code_of(each) for each in features])
    boundaries: dict[str, Boundary] = {}
    verdicts: list[Verdict] = []
    for number, each in enumerate(features, start=1):
        try:
            found = _boundary(each, in_force=in_force)
            if found.code in boundaries:
                raise BoundaryRepeatedError
        except ServiceError as error:
            verdicts.append(refused(number, error, language))
            continue
        boundaries[found.code] = found
        verdicts.append(Verdict(number, Outcome.CREATED, detail=f"{found.code} {found.name}"))
    left_out = sorted(
        code for code in in_force if level_of(code) is level and code not in boundaries
    )
    for number, code in enumerate(left_out, start=len(features) + 1):
        verdicts.append(Verdict(number, Outcome.MISSING, detail=f"{code} {in_force[code]}"))
    return Judged(level, list(boundaries.values()), verdicts)


def _features(raw: bytes) -> list[Mapping[str, Any]]:
    try:
        whole = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise BoundariesUnreadableError from error
    features = whole.get("features") if isinstance(whole, dict) else None
    if not isinstance(features, list) or not features:
        raise BoundariesUnreadableError
    if not all(isinstance(each, dict) for each in features):
        raise BoundariesUnreadableError
    return features


def code_of(feature: Mapping[str, Any]) -> str:
    """Return the Kemendagri code of a feature with its dots; nothing where it has none."""
    said = feature.get("properties")
    properties: Mapping[str, Any] = said if isinstance(said, dict) else {}
    told = [properties[name] for name in _CODES if properties.get(name)] or [feature.get("id")]
    digits = str(told[0]).replace(".", "").strip()
    if not (digits.isascii() and digits.isdigit()):
        return ""
    if len(digits) == _PROVINCE_DIGITS:
        return digits
    return f"{digits[:2]}.{digits[2:]}" if len(digits) == _REGENCY_DIGITS else ""


def level_of(code: str) -> AreaLevel:
    """Return the level of a code."""
    return AreaLevel.REGENCY if "." in code else AreaLevel.PROVINCE


def _level_of(codes: Iterable[str]) -> AreaLevel:
    levels = {level_of(code) for code in codes if code}
    if len(levels) > 1:
        raise BoundariesMixedError
    return next(iter(levels), AreaLevel.PROVINCE)


def _boundary(feature: Mapping[str, Any], *, in_force: Mapping[str, str]) -> Boundary:
    code = code_of(feature)
    if code not in in_force:
        raise BoundaryCodeError
    polygons = wound(_polygons(feature.get("geometry")), "counterclockwise")
    return Boundary(
        code=code,
        name=in_force[code] or name_of(feature),
        exact=multipolygon(polygons),
        outline=multipolygon(wound(snapped(polygons), "counterclockwise")),
    )


def name_of(feature: Mapping[str, Any]) -> str:
    """Return what a feature calls its area."""
    properties = feature.get("properties") or {}
    told = next((str(properties[name]) for name in _NAMES if properties.get(name)), "")
    return told.replace("\x00", "")


def multipolygon(polygons: Polygons) -> Geometry:
    """Return polygons as a geometry of GeoJSON."""
    return {"type": "MultiPolygon", "coordinates": polygons}


def _polygons(geometry: object) -> Polygons:
    """Return the polygons of a geometry, without heights.

    Raises:
        BoundaryShapeError: when it is none of closed rings within the country.
    """
    if not isinstance(geometry, dict):
        raise BoundaryShapeError
    coordinates = geometry.get("coordinates")
    kind = str(geometry.get("type"))
    parts: Any = {"Polygon": [coordinates], "MultiPolygon": coordinates}.get(kind)
    try:
        polygons = [[_ring(ring) for ring in rings] for rings in parts or ()]
    except (TypeError, ValueError, IndexError) as error:
        raise BoundaryShapeError from error
    if not polygons or not all(polygons):
        raise BoundaryShapeError
    return polygons


def _ring(positions: Sequence[Sequence[float]]) -> Ring:
    ring = [_point(each) for each in positions]
    if len(ring) < _SMALLEST_RING or ring[0] != ring[-1]:
        raise BoundaryShapeError
    return ring


def _point(position: Sequence[float]) -> Point:
    east, north = (float(each) for each in position[:2])
    inside = _WEST <= east <= _EAST and _SOUTH <= north <= _NORTH
    if not (inside and math.isfinite(east) and math.isfinite(north)):
        raise BoundaryShapeError
    return round(east, _DECIMALS), round(north, _DECIMALS)


def turn_of(ring: Ring) -> float:
    """Return twice the area that a ring encloses, positive when it runs counter-clockwise."""
    return sum(one[0] * two[1] - two[0] * one[1] for one, two in pairwise(ring))


def wound(polygons: Polygons, turn: Turn) -> Polygons:
    """Return polygons whose outer rings run as `turn` says, and the holes the other way.

    Source: RFC 7946, section 3.1.6, wants them counter-clockwise; d3 draws the outside of such.
    """
    outer = turn == "counterclockwise"
    return [
        [
            ring if (turn_of(ring) > 0) == (outer == (place == 0)) else ring[::-1]
            for place, ring in enumerate(rings)
        ]
        for rings in polygons
    ]


def snapped(polygons: Polygons) -> Polygons:
    """Return polygons with their corners on a grid; islands that vanish on it are left out.

    An area of which nothing would be left keeps its largest island as it is.
    """
    coarse = [[_snapped(ring) for ring in rings] for rings in polygons]
    kept = [
        [ring for ring in rings if len(ring) >= _SMALLEST_RING]
        for rings in coarse
        if len(rings[0]) >= _SMALLEST_RING
    ]
    return kept or [[max((rings[0] for rings in polygons), key=lambda ring: abs(turn_of(ring)))]]


def _snapped(ring: Ring) -> Ring:
    corners = [
        (round(round(east / _GRID) * _GRID, 3), round(round(north / _GRID) * _GRID, 3) + 0.0)
        for east, north in ring
    ]
    kept = [
        corner for place, corner in enumerate(corners) if not place or corner != corners[place - 1]
    ]
    return kept if abs(turn_of(kept)) > 0 else []


def decoded(topology: Mapping[str, Any]) -> dict[str, Geometry]:
    """Return the areas of a TopoJSON by their ids, wound as RFC 7946 has it."""
    arcs = _absolute(topology)
    [areas] = (each["geometries"] for each in topology["objects"].values())
    return {
        each["id"]: multipolygon(wound(_joined(each, arcs), "counterclockwise")) for each in areas
    }


def _absolute(topology: Mapping[str, Any]) -> list[Ring]:
    (wide, high), (west, south) = (topology["transform"][name] for name in ("scale", "translate"))
    arcs: list[Ring] = []
    for steps in topology["arcs"]:
        east = north = 0
        arc: Ring = []
        for right, up in steps:
            east, north = east + right, north + up
            arc.append(
                (round(east * wide + west, _DECIMALS), round(north * high + south, _DECIMALS))
            )
        arcs.append(arc)
    return arcs


def _joined(area: Mapping[str, Any], arcs: Sequence[Ring]) -> Polygons:
    polygons = [area["arcs"]] if area["type"] == "Polygon" else area["arcs"]
    return [[_ring_of(numbers, arcs) for numbers in rings] for rings in polygons]


def _ring_of(numbers: Collection[int], arcs: Sequence[Ring]) -> Ring:
    """Join arcs, each of which begins where the last one ended; ~n is arc n backwards."""
    ring: Ring = []
    for number in numbers:
        arc = arcs[number] if number >= 0 else arcs[~number][::-1]
        ring += arc[1:] if ring else arc
    return ring
