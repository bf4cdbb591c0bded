"""Files of figures and the map, read by GDAL; the map drawn again from its sources."""

import csv
import io
import json
import re
from pathlib import Path

from tests.architecture.sources import ROOT

MAP = ROOT / "services/reporting/dashboard/static/provinces.json"
PROVINCES = 38


def report(balai, path: str, **headers: str):
    token = balai.token("--role", "NATIONAL_ADMIN")
    answer = balai.get(f"/reporting/v1/reports/{path}", headers={**token, **headers})
    assert answer.status_code == 200, answer.text
    return answer


def kept(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def test_gdal_reads_the_geojson_of_a_report(balai, stranger, tmp_path):
    rows = report(balai, "funnel?by=province&indicator=seated").json()["rows"]
    content = report(balai, "funnel?by=province&indicator=seated", accept="application/geo+json")
    path = kept(tmp_path, "figures.geojson", content.content)
    said = stranger("ogrinfo", "-ro", "-al", "-so", path)
    back = stranger("ogr2ogr", "-f", "CSV", "/vsistdout/", path)

    assert f"Feature Count: {len(rows)}" in said
    assert re.search(r"Geometry: (Multi )?Polygon", said)
    # The extent that GDAL works out lies where Indonesia does, not turned around.
    west, south, east, north = map(
        float, re.findall(r"-?\d+\.\d+", re.search(r"^Extent: .*$", said, re.MULTILINE)[0])
    )
    assert 94 < west < east < 142
    assert -12 < south < north < 7
    assert {
        (line["province"], line["seated_numerator"]) for line in csv.DictReader(io.StringIO(back))
    } == {(row["dims"]["province"], str(row["numerator"])) for row in rows}


def test_gdal_reads_the_workbook_of_a_report(balai, stranger, tmp_path):
    rows = report(balai, "funnel?by=province,sex").json()["rows"]
    content = report(balai, "funnel?by=province,sex&format=xlsx", **{"accept-language": "en"})
    path = kept(tmp_path, "figures.xlsx", content.content)
    said = stranger("ogrinfo", "-ro", path)
    back = stranger("ogr2ogr", "-f", "CSV", "/vsistdout/", path, "Figures")
    lines = list(csv.DictReader(io.StringIO(back)))

    for sheet in ("Figures", "Metadata", "Definitions", "DATA SINTETIS"):
        assert sheet in said
    assert [(line["sex"], line["indicator"], float(line["numerator"])) for line in lines] == [
        (row["dims"]["sex"], row["dims"]["indicator"], row["numerator"]) for row in rows
    ]


def test_gdal_reads_the_map_that_is_shipped(stranger):
    said = stranger("ogrinfo", "-ro", "-al", "-so", MAP)
    back = json.loads(stranger("ogr2ogr", "-f", "GeoJSON", "/vsistdout/", MAP))

    assert f"Feature Count: {PROVINCES}" in said
    assert len({each["properties"]["id"] for each in back["features"]}) == PROVINCES
    assert {each["geometry"]["type"] for each in back["features"]} <= {"Polygon", "MultiPolygon"}


def test_the_map_is_drawn_again_to_the_same_bytes(stranger, tmp_path):
    again = tmp_path / "provinces.json"
    stranger("node", ROOT / "deploy/maps/build.mjs", again)

    assert again.read_bytes() == MAP.read_bytes()


def test_the_command_refuses_boundaries_of_no_area_and_changes_nothing(balai, stranger, tmp_path):
    drawn = json.loads(stranger("ogr2ogr", "-f", "GeoJSON", "/vsistdout/", MAP))
    for place, each in enumerate(drawn["features"]):
        each["properties"]["code"] = each["properties"]["id"] if place else "99"
    path = kept(tmp_path, "boundaries.geojson", json.dumps(drawn).encode())
    before = balai.get("/reporting/v1/boundaries?level=province").json()

    shown = balai.run("import", "boundaries", str(path), "--source", "GDAL")

    assert shown.returncode == 1
    assert "row 1: boundary-code" in shown.stdout
    assert balai.get("/reporting/v1/boundaries?level=province").json() == before
