"""Files that come in parts, sealed, and jobs that go on where they were cut off."""

import pytest
from sqlalchemy import text as sql

from services.enrollment.participant_imports import jobs
from services.enrollment.people_imports.jobs import Importing, _Ahead
from services.enrollment.person_rows.rules import COLUMNS
from shared.db.session import transaction
from shared.scope import SYSTEM, Actor, Role
from tests.support.files import CSV, text
from tests.support.planning import BORN, NAME

pytestmark = pytest.mark.usefixtures("areas")

NAMES = tuple(COLUMNS)


def people(number: int) -> bytes:
    rows = []
    for each in range(number):
        person = {
            "nik": f"{100_000 + each}4104850000",
            "name": NAME,
            "birth_date": BORN,
            "sex": "P",
            "home_area_code": "33.73.01",
            "legal_basis": "PUBLIC_TASK",
        }
        rows.append([person.get(name, "") for name in NAMES])
    return text(NAMES, rows)


@pytest.fixture
def put(desk):
    async def send(upload: str, part: int, raw: bytes, *, by=desk):
        return await by.client.put(
            f"/v1/uploads/{upload}/parts/{part}",
            content=raw,
            headers={**by.caller, "Content-Type": "application/octet-stream"},
        )

    return send


async def test_reads_a_file_that_came_in_parts(desk, worker, put, rows):
    raw = people(50)
    upload = (await desk.made("/v1/uploads", {}))["id"]
    path = f"/v1/imports/participants?upload_id={upload}"

    empty = await desk.post(path, b"", **CSV)
    # Cut anywhere, out of order, and one of them twice.
    answers = [
        await put(upload, part, piece)
        for part, piece in ((1, raw[1001:]), (0, b"rusak"), (0, raw[:1001]))
    ]
    started = await desk.post(path, b"", **CSV)
    late = await put(upload, 2, b"lagi")
    await worker()

    assert (empty.status_code, empty.json()["code"]) == (422, "upload-empty")
    assert [each.status_code for each in answers] == [204] * 3
    assert (late.status_code, late.json()["code"]) == (409, "upload-in-use")
    job = (await desk.get(f"/v1/jobs/{started.json()['id']}")).json()
    assert (job["result"]["created"], job["progress"]) == (50, {"done": 50, "total": 50})
    back = await desk.get(f"/v1/jobs/{job['id']}/workbook")
    assert back.text.count("CREATED") == 50


async def test_hides_an_upload_from_everybody_else(desk, desk_of, put):
    upload = (await desk.made("/v1/uploads", {}))["id"]
    other = desk_of(Role.REGIONAL_OFFICER, areas=["33"])

    answers = [
        await put(upload, 0, b"nik", by=other),
        await other.post(f"/v1/imports/participants?upload_id={upload}", b"", **CSV),
    ]

    assert [(each.status_code, each.json()["code"]) for each in answers] == [
        (404, "upload-unknown")
    ] * 2


@pytest.mark.parametrize(("begun", "sizes"), [(False, [4, 20, 20, 6]), (True, [20, 20, 10])])
async def test_cuts_a_file_where_the_run_that_it_goes_on_for_would_have(begun, sizes):
    importing = Importing(columns={}, size=20, prepare=len, bring=None)
    ahead = _Ahead(iter(range(50)), importing, begun=begun)

    found = [size async for size, _ in ahead.chunks()]
    await ahead.stop()

    assert found == sizes


async def test_goes_on_where_it_was_cut_off(desk, worker, rows, db, monkeypatch):
    monkeypatch.setattr(jobs, "_CHUNK", 20)
    bring, brought = jobs._Import.bring, []

    async def cut_off(run, chunk):
        if len(brought) == 2:
            raise RuntimeError("the machine went away")
        brought.append(chunk)
        await bring(run, chunk)

    monkeypatch.setattr(jobs._Import, "bring", cut_off)
    started = await desk.post("/v1/imports/participants", people(90), **CSV)
    await worker()
    (half,) = await rows("SELECT count(*) AS n FROM enrollment.participant")
    monkeypatch.setattr(jobs._Import, "bring", bring)
    async with transaction(db, scope=SYSTEM, actor=Actor("test", "test")) as session:
        await session.execute(sql("UPDATE enrollment.job SET due_at = now()"))
    await worker()

    # A fifth of a chunk, and a whole one.
    assert half["n"] == 24
    job = (await desk.get(f"/v1/jobs/{started.json()['id']}")).json()
    assert job["result"] == {
        "rows": 90, "created": 90, "changed": 0, "unchanged": 0, "refused": 0
    }  # fmt: skip
    for table in ("participant", "identity_claim", "row_verdict"):
        (count,) = await rows(f"SELECT count(*) AS n FROM enrollment.{table}")
        assert count["n"] == 90


async def test_destroys_the_file_with_its_upload(desk, worker, rows, db):
    started = await desk.post("/v1/imports/participants", people(1), **CSV)
    await worker()
    async with transaction(db, scope=SYSTEM, actor=Actor("test", "test")) as session:
        await session.execute(sql("DELETE FROM enrollment.upload"))

    gone = await desk.get(f"/v1/jobs/{started.json()['id']}/workbook")

    assert (gone.status_code, gone.json()["code"]) == (410, "workbook-gone")
    for table in ("upload_key", "upload_part"):
        assert await rows(f"SELECT * FROM enrollment.{table}") == []


async def test_takes_no_file_from_who_acts_for_himself(desk_of, rows):
    himself = desk_of(Role.PARTICIPANT, participant_id="01a1f0c8-6c1e-7bd2-9f3a-5f0c6d2b7e13")

    answers = [
        await himself.post("/v1/uploads", {}),
        await himself.post("/v1/imports/participants?mode=validate", people(2), **CSV),
        await himself.post("/v1/imports/applications?mode=validate", b"nik", **CSV),
    ]

    assert [each.json()["code"] for each in answers] == ["office-only"] * 3
    assert await rows("SELECT id FROM enrollment.upload") == []
    assert await rows("SELECT id FROM enrollment.job") == []
