import csv
import io
from datetime import date
from uuid import UUID

import openpyxl
import pytest
from sqlalchemy import update

from services.enrollment.base import Job
from services.enrollment.class_imports.rules import COLUMNS
from shared.db.session import transaction
from shared.ids import new_id
from shared.scope import SYSTEM, Actor, Role
from tests.support.planning import program_body, wave_body


@pytest.fixture
async def program(desk) -> dict:
    return await desk.made("/v1/programs", program_body())


@pytest.fixture
async def wave(desk, program) -> dict:
    return await desk.made("/v1/waves", wave_body(program["id"]))


@pytest.fixture
def row(program, wave, fake_registry):
    """Return the function that makes a row of the file."""

    def make(code: str, **changes) -> dict:
        instructors = f"{new_id()}|{new_id()}"
        return {
            "program_code": program["code"],
            "wave_code": wave["code"],
            "code": code,
            "label": "DATA SINTETIS Kelas",
            "facility_id": changes.pop("facility", None) or fake_registry.add_facility(),
            "space_id": new_id(),
            "agreement_id": new_id(),
            "module_id": new_id(),
            "instructor_ids": instructors,
            "starts_on": wave["starts_local"][:10],
            "capacity": "",
            "reserve_capacity": "",
            "synthetic": "true",
            **changes,
        }

    return make


def file(*rows: dict, delimiter: str = ",", columns=tuple(COLUMNS)) -> bytes:
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, delimiter=delimiter, extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def workbook(*rows: dict) -> bytes:
    book, out = openpyxl.Workbook(), io.BytesIO()
    book.active.append(list(COLUMNS))
    for each in rows:
        values = [each[name] for name in COLUMNS]
        book.active.append([str(cell) if isinstance(cell, UUID) else cell for cell in values])
    book.save(out)
    return out.getvalue()


@pytest.fixture
def send(desk, worker):
    """Return the function that sends a file, does the job, and returns job and verdicts."""

    async def imported(raw: bytes, *, by=desk, mode: str = "commit") -> tuple[dict, list[dict]]:
        response = await by.post(
            f"/v1/class-imports?mode={mode}",
            raw,
            **{"Content-Type": "text/csv", "Accept-Language": "en"},
        )
        assert response.status_code == 202, response.text
        await worker()
        path = f"/v1/jobs/{response.json()['id']}"
        verdicts = (await desk.get(f"{path}/rows", limit=200)).json()["items"]
        return (await desk.get(path)).json(), verdicts

    return imported


async def test_plans_every_class_of_the_file(send, row, rows):
    job, verdicts = await send(file(*(row(f"K-{place:02d}") for place in range(13))))

    assert job["status"] == "SUCCEEDED", job
    assert job["result"] == {"rows": 13, "created": 13, "unchanged": 0, "refused": 0}
    assert job["progress"] == {"done": 13, "total": 13}
    classes = await rows("SELECT * FROM enrollment.class ORDER BY code")
    assert [str(each["id"]) for each in classes] == [each["id"] for each in verdicts]
    assert all(each["synthetic"] and each["capacity"] == 16 for each in classes)
    events = await rows("SELECT id FROM enrollment.event WHERE topic = 'enrollment.class.planned'")
    assert len(events) == 13


async def test_has_every_class_reserved_and_confirmed(send, row, rows, fake_registry):
    await send(file(*(row(f"K-{place:02d}") for place in range(13))))

    assert [each["state"] for each in fake_registry.reservations.values()] == ["CONFIRMED"] * 13
    classes = await rows("SELECT * FROM enrollment.class WHERE reserved_at IS NULL")
    assert classes == []
    jobs = await rows("SELECT payload FROM enrollment.job WHERE kind = 'settle_reservations'")
    assert sorted(len(each["payload"]["class_ids"]) for each in jobs) == [3, 10]


async def test_gives_a_space_to_the_first_row_that_wants_it(send, row, fake_registry):
    space = new_id()

    _, verdicts = await send(file(*(row(f"K-{place}", space_id=space) for place in range(3))))

    assert [each["code"] for each in verdicts] == [None, "space-taken", "space-taken"]
    assert [each["state"] for each in fake_registry.reservations.values()] == ["CONFIRMED"]


async def test_reserves_nothing_for_rows_that_are_refused_or_only_judged(send, row, fake_registry):
    await send(file(row("K-01", capacity="99"), row("K-02", wave_code="LAIN")))
    await send(file(row("K-03")), mode="validate")

    assert fake_registry.asked("class-reservations") == []


async def test_gives_each_row_its_own_verdict(send, row, fake_registry):
    closed = fake_registry.add_facility()
    fake_registry.refuse(closed, 409, "facility-not-active", "The facility is closed.")
    raw = file(
        row("K-01"),
        row("K-02", facility=closed),
        row("K-03", capacity="99"),
        row("K-04", wave_code="LAIN"),
        row("K-05", space_id="ruang", starts_on="besok"),
        row("K-06", starts_on="2027-01-01"),
        row("K-01"),
        row("K-07", capacity="12", reserve_capacity="0"),
    )

    job, verdicts = await send(raw)

    assert job["result"] == {"rows": 8, "created": 2, "unchanged": 0, "refused": 6}
    assert [(each["row"], each["code"]) for each in verdicts] == [
        (1, None),
        (2, "facility-not-active"),
        (3, "capacity-above-space"),
        (4, "wave-unknown"),
        (5, "row-invalid"),
        (6, "starts-on-differs"),
        (7, "class-code-taken"),
        (8, None),
    ]
    assert verdicts[1]["detail"] == "The facility is closed."
    assert verdicts[4]["detail"] == "Check the columns: space_id, starts_on."


async def test_changes_nothing_when_the_file_is_sent_again(send, row, rows):
    raw = file(row("K-01"), row("K-02"))
    _, first = await send(raw)

    job, second = await send(raw)

    assert job["result"] == {"rows": 2, "created": 0, "unchanged": 2, "refused": 0}
    assert [each["id"] for each in second] == [each["id"] for each in first]
    assert len(await rows("SELECT id FROM enrollment.class")) == 2


async def test_only_judges_in_validate_mode(send, row, rows):
    raw = file(row("K-01"), row("K-02", capacity="99"))

    job, verdicts = await send(raw, mode="validate")

    assert job["result"] == {"rows": 2, "created": 1, "unchanged": 0, "refused": 1}
    assert [each["id"] for each in verdicts] == [None, None]
    assert await rows("SELECT id FROM enrollment.class") == []
    assert await rows("SELECT id FROM enrollment.event WHERE topic LIKE 'enrollment.class.%'") == []


async def test_reads_what_an_indonesian_excel_writes(send, row, wave):
    year, month, day = wave["starts_local"][:10].split("-")
    raw = b"\xef\xbb\xbf" + file(row("K-01", starts_on=f"{day}/{month}/{year}"), delimiter=";")

    job, _ = await send(raw)

    assert job["result"]["created"] == 1


async def test_reads_a_workbook(send, row, wave):
    first = row("K-01", starts_on=date.fromisoformat(wave["starts_local"][:10]), capacity=12)
    raw = workbook(first, row("K-02", label="=A1"), row(3))

    job, verdicts = await send(raw)

    assert job["result"] == {"rows": 3, "created": 1, "unchanged": 0, "refused": 2}
    assert [each["code"] for each in verdicts] == [None, "cell-formula", "cell-numeric"]


async def test_does_without_the_optional_columns(send, row):
    required = [name for name, column in COLUMNS.items() if column.required]

    job, _ = await send(file(row("K-01"), columns=required))

    assert job["result"]["created"] == 1


@pytest.mark.parametrize(
    ("raw", "code"),
    [(b"code,label\nA,B\n", "file-columns"), (b"\x00\x01\x02", "file-unreadable")],
)
async def test_refuses_a_file_that_is_no_such_table(send, raw, code):
    job, verdicts = await send(raw)

    assert (job["status"], job["error"]) == ("FAILED", code)
    assert verdicts == []


async def test_refuses_an_empty_file(desk):
    response = await desk.post("/v1/class-imports", b"  \n", **{"Content-Type": "text/csv"})

    assert (response.status_code, response.json()["code"]) == (422, "upload-empty")


async def test_keeps_to_the_reach_of_whoever_sent_it(send, row, desk_of, fake_registry):
    here = fake_registry.add_facility()
    there = fake_registry.add_facility(province_code="31", regency_code="31.71")
    office = desk_of(Role.REGIONAL_OFFICER, areas=["33"])

    _, verdicts = await send(
        file(row("K-01", facility=here), row("K-02", facility=there)), by=office
    )

    assert [each["code"] for each in verdicts] == [None, "out-of-scope"]


async def test_goes_on_where_it_stopped_when_the_registry_comes_back(
    desk, worker, row, fake_registry, db, rows
):
    raw = file(*(row(f"K-{place:02d}") for place in range(12)))
    posted = await desk.post("/v1/class-imports", raw, **{"Content-Type": "text/csv"})
    fake_registry.away_after = 10
    await worker()
    (job,) = await rows("SELECT * FROM enrollment.job WHERE kind = 'import_classes'")
    assert (job["state"], job["error"]) == ("QUEUED", "registry-unavailable")
    assert len(await rows("SELECT id FROM enrollment.class")) == 10
    fake_registry.away_after = None
    async with transaction(db, scope=SYSTEM, actor=Actor("test", "test")) as session:
        await session.execute(update(Job).values(due_at=job["created_at"]))

    await worker()

    done = (await desk.get(f"/v1/jobs/{posted.json()['id']}")).json()
    assert done["result"] == {"rows": 12, "created": 12, "unchanged": 0, "refused": 0}


async def test_carries_no_row_in_its_payload(desk, row, rows):
    await desk.post("/v1/class-imports", file(row("K-01")), **{"Content-Type": "text/csv"})

    (job,) = await rows("SELECT * FROM enrollment.job")
    assert set(job["payload"]) == {"upload_id", "mode", "scope", "asked_at", "language"}


@pytest.mark.parametrize("role", [Role.ANALYST, Role.AUDITOR])
async def test_is_for_who_may_plan(desk_of, role):
    response = await desk_of(role).post("/v1/class-imports", b"x", **{"Content-Type": "text/csv"})

    assert response.status_code == 403


async def test_answers_the_same_job_under_the_same_key(desk, row, rows):
    raw = file(row("K-01"))

    first = await desk.post("/v1/class-imports", raw, key="k", **{"Content-Type": "text/csv"})
    second = await desk.post("/v1/class-imports", raw, key="k", **{"Content-Type": "text/csv"})

    assert second.content == first.content
    assert first.headers["Location"].endswith(f"/v1/jobs/{first.json()['id']}")
    assert len(await rows("SELECT id FROM enrollment.job")) == 1
