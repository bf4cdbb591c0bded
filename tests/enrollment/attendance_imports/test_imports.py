"""Attendance from a file, with a verdict on every row."""

import io

import openpyxl
import pytest

from shared.ids import new_id
from shared.scope import Role
from tests.support.planning import Desk
from tests.support.rolls import Running, entry, run_class
from tests.support.seats import Applicant, Seats

CSV = {"Content-Type": "text/csv", "Accept-Language": "en"}


@pytest.fixture
async def seats(enrollment_db: str, sessions_of) -> Seats:
    made = Seats(sessions_of(enrollment_db))
    await made.program()
    return made


@pytest.fixture
def admin(enrollment, auth) -> Applicant:
    return Applicant(enrollment, auth(Role.NATIONAL_ADMIN))


@pytest.fixture
async def running(seats, admin) -> Running:
    return await run_class(seats, admin)


@pytest.fixture
def send(desk, worker, running):
    """Return the function that sends a file, does the job, and returns job and verdicts."""

    async def imported(raw: bytes, *, by: Desk = desk, mode: str = "commit", to=running):
        path = f"/v1/classes/{to.class_id}/attendance-imports?mode={mode}"
        response = await by.post(path, raw, **CSV)
        assert response.status_code == 202, response.text
        await worker()
        path = f"/v1/jobs/{response.json()['id']}"
        verdicts = (await desk.get(f"{path}/rows", limit=200)).json()["items"]
        return (await desk.get(path)).json(), verdicts

    return imported


def file(*rows: tuple, header="session,enrollment_id,status,minutes_late") -> bytes:
    return "\n".join([header, *(",".join(map(str, row)) for row in rows)]).encode()


async def test_accounts_for_every_row_and_keeps_what_was_said(send, running, admin, rows):
    first, second, third = running.ids
    await running.call(admin, entry(first), entry(second))
    raw = file(
        (1, first, "Hadir", ""),
        (1, second, "terlambat", 10),
        (1, third, "S", ""),
        (2, first, "ALPA", ""),
        (2, first, "H", ""),
        (2, new_id(), "H", ""),
        (5, first, "H", ""),
        (9, first, "H", ""),
        (2, second, "H", 5),
        (2, "siti", "?", ""),
        ("", second, "H", ""),
    )

    job, verdicts = await send(raw)

    assert job["result"] == {"rows": 11, "created": 2, "changed": 1, "unchanged": 1, "refused": 7}
    assert [(each["verdict"], each["code"]) for each in verdicts] == [
        ("UNCHANGED", None),
        ("CHANGED", None),
        ("CREATED", None),
        ("CREATED", None),
        ("REFUSED", "listed-twice"),
        ("REFUSED", "enrollment-unknown"),
        ("REFUSED", "session-not-started"),
        ("REFUSED", "session-unknown"),
        ("REFUSED", "row-invalid"),
        ("REFUSED", "row-invalid"),
        ("REFUSED", "row-invalid"),
    ]
    assert verdicts[8]["detail"] == "Check the columns: minutes_late."
    assert verdicts[9]["detail"] == "Check the columns: enrollment_id, status."
    sheet = (await admin.get(running.path())).json()
    assert [sheet[each] for each in ("present", "late", "excused", "version")] == [1, 1, 1, 2]
    (kept,) = await rows("SELECT * FROM enrollment.attendance_correction")
    (sheet_of,) = await rows("SELECT * FROM enrollment.attendance_sheet WHERE position = 2")
    assert {each.get("status") for each in kept["replaced"]} == {"PRESENT", None}
    assert kept["corrected_by"] == sheet_of["recorded_by"]


async def test_changes_nothing_when_it_is_sent_again_or_only_judged(send, running, rows):
    raw = file(*((1, each, "H", "") for each in running.ids))

    judged, _ = await send(raw, mode="validate")
    assert await rows("SELECT * FROM enrollment.attendance_sheet") == []
    first, _ = await send(raw)
    again, _ = await send(raw)

    counts = [each["result"] for each in (judged, first, again)]
    assert [(each["created"], each["unchanged"]) for each in counts] == [(3, 0), (3, 0), (0, 3)]
    (sheet,) = await rows("SELECT * FROM enrollment.attendance_sheet")
    assert (sheet["present"], sheet["version"]) == (3, 1)


async def test_reads_a_workbook_with_days_and_participants(send, running, rows):
    (session,) = await rows(
        "SELECT (starts_at AT TIME ZONE 'Asia/Jakarta')::date AS day FROM enrollment.class_session"
        " WHERE position = 2 AND class_id = :id",
        id=running.class_id,
    )
    people = await rows("SELECT id, participant_id FROM enrollment.enrollment ORDER BY id")
    book, out = openpyxl.Workbook(), io.BytesIO()
    book.active.append(["date", "participant_id", "status", "note_code"])
    for each, status in zip(people, ("hadir", "izin", "=A1"), strict=True):
        book.active.append([session["day"], str(each["participant_id"]), status, "LETTER"])
    book.save(out)

    job, verdicts = await send(out.getvalue())

    assert [each["code"] for each in verdicts] == [None, None, "cell-formula"]
    assert job["result"]["created"] == 2
    entries = await rows("SELECT * FROM enrollment.attendance_entry ORDER BY enrollment_id")
    assert [(each["position"], each["status"]) for each in entries] == [
        (2, "PRESENT"),
        (2, "EXCUSED"),
    ]


async def test_asks_an_office_why_where_it_is_locked(send, seats, admin, desk_of):
    old = await run_class(seats, admin, days_ago=8)
    place = (await seats.class_row(old.class_id)).facility_id
    head = desk_of(Role.FACILITY_OPERATOR, facilities=[str(place)])
    office = desk_of(Role.REGIONAL_OFFICER, areas=["33"])
    header = "session,enrollment_id,status,reason"
    raw = file((1, old.ids[0], "H", "Jaringan putus"), header=header)

    verdicts = [
        (await send(each, by=by, to=old))[1][0]["code"]
        for by, each in (
            (head, raw),
            (office, raw.replace(b"Jaringan putus", b"")),
            (office, raw),
        )
    ]

    assert verdicts == ["attendance-locked", "reason-missing", None]


async def test_is_for_who_runs_the_class(desk, desk_of, running):
    path = f"/v1/classes/{running.class_id}/attendance-imports"
    stranger = desk_of(Role.FACILITY_OPERATOR, facilities=[str(new_id())])

    assert (await stranger.post(path, b"x", **CSV)).json()["code"] == "out-of-scope"
    assert (await desk_of(Role.ANALYST).post(path, b"x", **CSV)).status_code == 403
    assert (await desk.post(path, b" ", **CSV)).json()["code"] == "upload-empty"
    unknown = f"/v1/classes/{new_id()}/attendance-imports"
    assert (await desk.post(unknown, b"x", **CSV)).json()["code"] == "class-unknown"
