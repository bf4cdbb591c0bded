"""A regional office's Excel round trip: template, mistakes, verdicts, corrections, export."""

import io

import openpyxl
import pytest

from shared.files.csv import VERDICT_COLUMNS
from shared.files.workbooks import XLSX

FORMULA = '=HYPERLINK("http://jahat.example","Balai")'
# As an office writes them: decimals with a comma, words of its own, a code typed as a number, a
# formula where a name should be, a district that is none, and a centre of another province.
ROWS = [
    {"code": "BLKK-1", "name": "BLKK Anggrek", "latitude": "-7,33", "longitude": "110,5"},
    {"code": 8123, "name": "BLKK Mawar"},
    {"code": "BLKK-3", "name": FORMULA},
    {"code": "BLKK-4", "name": "BLKK Melati", "area_code": "33.99"},
    {"code": "BLKK-5", "name": "BLKK Kenanga", "latitude": -7.35, "longitude": 110.51},
    {"code": "BLKK-6", "name": "BLKK Seberang", "area_code": "73.71"},
]
USUAL = {
    "kind": "blkk",
    "owner_ministry": "Kemnaker",
    "area_code": "33.73.04",
    "status": "ACTIVE",
    "synthetic": "ya",
}


def opened(raw: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(raw))


def saved(book: openpyxl.Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def headings(sheet) -> list[str]:
    return [cell.value for cell in sheet[1]]


def filled(template: bytes, rows: list[dict]) -> bytes:
    """Write rows below the headings of a template, as they were typed."""
    book = opened(template)
    sheet = book.worksheets[0]
    for number, row in enumerate(rows, start=2):
        for place, name in enumerate(headings(sheet), start=1):
            sheet.cell(number, place).value = row.get(name)
    return saved(book)


def table(raw: bytes) -> list[dict]:
    sheet = opened(raw).worksheets[0]
    rows = sheet.iter_rows(min_row=2, values_only=True)
    return [dict(zip(headings(sheet), row, strict=True)) for row in rows if any(row)]


@pytest.fixture
def judged(world, work):
    """Return the function that sends a workbook and returns what came of it: sum, rows, file."""

    async def send(kind: str, raw: bytes, *, by: dict, mode: str = "commit"):
        answer = await world.post(
            f"/imports/{kind}",
            by=by,
            content=raw,
            headers={"Content-Type": XLSX, "Accept-Language": "id"},
            params={"mode": mode},
        )
        assert answer.status_code == 202, answer.text
        job_id = answer.json()["id"]
        await work()
        job = (await world.get(f"/jobs/{job_id}", by=by)).json()
        assert job["status"] == "SUCCEEDED", job
        rows = (await world.get(f"/jobs/{job_id}/rows", by=by)).json()["items"]
        book = (await world.get(f"/jobs/{job_id}/workbook", by=by)).content
        return job["result"], [row["code"] or row["verdict"] for row in rows], book

    return send


async def test_comes_back_with_verdicts_is_corrected_and_shows_in_the_exports(world, judged):
    java, sulawesi = world.officer("33"), world.officer("73")
    template = await world.get("/imports/facilities/template", by=java, format="xlsx")
    typed = filled(template.content, [{**USUAL, **row} for row in ROWS])

    result, verdicts, book = await judged("facilities", typed, by=java, mode="validate")

    assert verdicts == [
        "CREATED",
        "cell-numeric",
        "cell-formula",
        "unknown-area",
        "CREATED",
        "out-of-scope",
    ]
    assert result["rows"] == len(ROWS) == result["created"] + result["refused"]
    assert (await world.get("/facilities")).json()["items"] == []

    told = table(book)
    assert [row["name"] for row in told] == [row["name"] for row in ROWS]
    assert [row[VERDICT_COLUMNS[1]] or row[VERDICT_COLUMNS[0]] for row in told] == verdicts
    corrected = opened(book)
    sheet = corrected.worksheets[0]
    place = {name: number for number, name in enumerate(headings(sheet), start=1)}
    for row, column, value in (
        (3, "code", "BLKK-2"),
        (4, "name", "BLKK Cempaka"),
        (5, "area_code", "33.74"),
    ):
        sheet.cell(row, place[column]).value = value

    result, verdicts, _ = await judged("facilities", saved(corrected), by=java)
    again, _, _ = await judged("facilities", saved(corrected), by=java)
    theirs, elsewhere, _ = await judged("facilities", saved(corrected), by=sulawesi)

    assert verdicts == [*["CREATED"] * 5, "out-of-scope"]
    assert (result["rows"], result["created"], result["refused"]) == (6, 5, 1)
    assert (again["unchanged"], again["refused"]) == (5, 1)
    assert elsewhere == [*["out-of-scope"] * 5, "CREATED"]
    assert theirs["rows"] == theirs["created"] + theirs["refused"] == 6

    listed = await world.get("/exports/facilities", by=java, format="xlsx", area="33")
    drawn = (await world.get("/exports/facilities", by=java, format="geojson", area="33")).json()
    shown = {row["code"]: row for row in table(listed.content)}
    assert sorted(shown) == [f"BLKK-{number}" for number in range(1, 6)]
    assert shown["BLKK-4"]["area_code"] == "33.74"
    points = {
        feature["properties"]["code"]: feature["geometry"] and feature["geometry"]["coordinates"]
        for feature in drawn["features"]
    }
    assert points["BLKK-1"] == [110.5, -7.33]
    assert points["BLKK-2"] is None


async def test_reads_amounts_and_days_as_they_are_written_here(world, judged):
    facility = await world.facility(code="BLKK-1", area_code="33.73.04")
    java, nation = world.officer("33"), world.admin

    async def blank(kind: str) -> bytes:
        return (await world.get(f"/imports/{kind}/template", by=nation, format="xlsx")).content

    rooms = [
        {"facility_code": "BLKK-1", "name": "Aula", "kind": "ruang", "capacity": "1.000"},
        {"facility_code": "BLKK-1", "name": "Bengkel", "kind": "bengkel", "capacity": 16},
        {"facility_code": "BLKK-1", "name": "Lapangan", "capacity": "1.000.000,50"},
    ]
    paper = {
        "number": "MoU-1",
        "kind": "MoU",
        "title": "Nota kesepahaman",
        "ministries": "Kemnaker|UMKM",
        "signed_on": "25/03/2025",
        "valid_from": "2025-03-25",
        "valid_to": "31/12/2027",
    }
    below = {"number": "PKS-1", "kind": "PKS", "follows_from_number": "MoU-1"}
    papers = [paper, {**paper, **below, "facility_codes": "BLKK-1"}]

    _, spaces, _ = await judged("spaces", filled(await blank("spaces"), rooms), by=java)
    _, agreements, _ = await judged(
        "agreements", filled(await blank("agreements"), papers), by=nation
    )

    assert spaces == ["CREATED", "CREATED", "row-invalid"]
    assert agreements == ["CREATED", "CREATED"]
    kept = (await world.get(f"/facilities/{facility['id']}/spaces")).json()["items"]
    assert {space["name"]: space["capacity"] for space in kept} == {"Aula": 1000, "Bengkel": 16}
    covering = (await world.get("/agreements", facility_id=facility["id"])).json()["items"]
    assert [(each["number"], each["valid_to"]) for each in covering] == [("PKS-1", "2027-12-31")]
