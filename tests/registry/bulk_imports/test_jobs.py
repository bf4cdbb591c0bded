import csv
import io
from dataclasses import replace

import openpyxl
import pytest
from openpyxl.worksheet.datavalidation import DataValidation
from sqlalchemy import delete

from services.registry.agreements.tables import Agreement
from services.registry.base import Event, RowVerdict, Upload
from services.registry.bulk_imports.operations import KINDS
from services.registry.facilities.tables import Facility
from services.registry.institutions.tables import Institution
from services.registry.instructors.tables import Instructor
from services.registry.spaces.tables import Space
from shared.files.workbooks import XLSX
from shared.scope import Role
from tests.registry.world import rows_of

TABLES = (Facility, Space, Institution, Instructor, Agreement, Event)
SPACES = [
    ["facility_code", "name", "kind", "capacity"],
    ["B-1", "Bengkel 1", "bengkel", 16],
    ["B-1", "Ruang 1", None, "1.000"],
]
INSTITUTIONS = [
    ["code", "name", "kind", "area_code", "parent_code"],
    ["YPA", "Yayasan Anggrek", "yayasan", "33.73", None],
    ["YPA-1", "Cabang Anggrek", "FOUNDATION", "33.73", "YPA"],
]
_DAYS = ["25/03/2025", "2025-03-25", "24/03/2028"]
AGREEMENTS = [
    [
        *("number", "kind", "title", "follows_from_number", "ministries", "facility_codes"),
        *("signed_on", "valid_from", "valid_to"),
    ],
    ["MoU-1", "nota kesepahaman", "MoU", None, "kemnaker|MSME", None, *_DAYS],
    ["PKS-1", "PKS", "PKS", "MoU-1", "MANPOWER|MSME", "B-1", *_DAYS[:2], None],
]


def workbook(records, *, sheets=("Data",)) -> bytes:
    book, out = openpyxl.Workbook(), io.BytesIO()
    book.active.title = sheets[0]
    for name in sheets[1:]:
        book.create_sheet(name)["A1"] = "tetap"
    for record in records:
        book.active.append(record)
    book.save(out)
    return out.getvalue()


def text(records, *, delimiter=";", encoding="cp1252") -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter).writerows(records)
    return out.getvalue().encode(encoding)


@pytest.fixture
def send(world, work):
    """Return the function that sends a file, does the job, and returns it with its verdicts."""

    async def imported(kind: str, content: bytes, *, by=None, **parameters):
        headers = {"Content-Type": XLSX, "Accept-Language": "en"}
        response = await world.post(
            f"/imports/{kind}", by=by, content=content, headers=headers, params=parameters
        )
        assert response.status_code == 202, response.text
        await work()
        job = (await world.get(f"/jobs/{response.json()['id']}", by=by)).json()
        rows = (await world.get(f"/jobs/{job['id']}/rows", by=by)).json()["items"]
        return job, [(row["row"], row["verdict"], row["code"]) for row in rows]

    return imported


@pytest.fixture
def counts(in_transaction):
    async def count() -> dict[str, int]:
        async with in_transaction() as session:
            return {table.__tablename__: await session.scalar(rows_of(table)) for table in TABLES}

    return count


def created(*rows: int) -> list[tuple]:
    return [(row, "CREATED", None) for row in rows]


class TestSpaces:
    async def test_brings_and_changes_spaces(self, world, send):
        facility = await world.facility(code="B-1")

        job, verdicts = await send("spaces", workbook(SPACES))
        again, _ = await send("spaces", workbook(SPACES))
        larger, _ = await send("spaces", workbook([*SPACES[:2], ["B-1", "Ruang 1", None, 30]]))

        assert verdicts == created(1, 2)
        assert job["progress"] == {"done": 2, "total": 2}
        assert again["result"]["unchanged"] == 2
        assert (larger["result"]["unchanged"], larger["result"]["changed"]) == (1, 1)
        spaces = (await world.get(f"/facilities/{facility['id']}/spaces")).json()["items"]
        assert [(each["name"], each["kind"], each["capacity"]) for each in spaces] == [
            ("Bengkel 1", "WORKSHOP", 16),
            ("Ruang 1", "ROOM", 30),
        ]

    async def test_gives_every_row_its_verdict(self, world, send, counts):
        await world.facility(code="B-1")
        closed = await world.facility(code="B-2")
        await world.post(f"/facilities/{closed['id']}/close")
        records = [
            SPACES[0],
            ["B-1", "Bengkel 1", "WORKSHOP", 16],
            ["B-9", "Ruang", "ROOM", 16],
            ["B-2", "Ruang", "ROOM", 16],
            ["B-1", "Bengkel 1", "WORKSHOP", 20],
            [7, "Ruang", "ROOM", 16],
            ["B-1", "=A1", "ROOM", 16],
            ["B-1", "Ruang 2", "#N/A", 16],
            ["B-1", "Ruang 3", "GUDANG", "20,5"],
            [],
            ["B-1", "Ruang 4", "ROOM", 16, "lebih"],
        ]

        job, verdicts = await send("spaces", workbook(records))

        assert verdicts == [
            (1, "CREATED", None),
            (2, "REFUSED", "facility-unknown"),
            (3, "REFUSED", "facility-closed"),
            (4, "REFUSED", "row-repeated"),
            (5, "REFUSED", "cell-numeric"),
            (6, "REFUSED", "cell-formula"),
            (7, "REFUSED", "cell-error"),
            (8, "REFUSED", "row-invalid"),
            (10, "REFUSED", "row-too-long"),
        ]
        assert job["result"]["rows"] == 9
        assert (await counts())["space"] == 1

    async def test_keeps_to_the_scope_of_whoever_sent_it(self, world, send):
        await world.facility(code="B-1", area_code="33.73")
        await world.facility(code="B-2", area_code="73.71")
        records = [*SPACES[:2], ["B-2", "Ruang", "ROOM", 16]]

        _, verdicts = await send("spaces", workbook(records), by=world.officer("33", "MANPOWER"))

        assert verdicts == [(1, "CREATED", None), (2, "REFUSED", "out-of-scope")]


class TestInstitutions:
    async def test_brings_and_corrects_institutions(self, world, send):
        _, verdicts = await send("institutions", workbook(INSTITUTIONS))
        records = [*INSTITUTIONS[:2], ["YPA-1", "Cabang Baru", "FOUNDATION", None, None]]

        changed, _ = await send("institutions", text(records))

        assert verdicts == created(1, 2)
        assert (changed["result"]["unchanged"], changed["result"]["changed"]) == (1, 1)
        first, second = (await world.get("/institutions")).json()["items"]
        assert second["name"] == "Cabang Baru"
        assert (second["area_code"], second["parent_id"]) == ("33.73", first["id"])

    async def test_judges_alike_whether_it_validates_or_commits(
        self, send, counts, monkeypatch: pytest.MonkeyPatch
    ):
        # A chunk of two rows: the last row builds on rows that have been undone.
        monkeypatch.setitem(KINDS, "institutions", _with_chunk("institutions", 2))
        records = [
            *INSTITUTIONS,
            ["YPB", "Yayasan", "FOUNDATION", "33.99", None],
            ["YPA-2", "Ranting", "FOUNDATION", None, "YPA-1"],
            ["YPC", "Yayasan", "FOUNDATION", None, "YPZ"],
        ]

        judged, first = await send("institutions", workbook(records), mode="validate")
        before = await counts()
        _, second = await send("institutions", workbook(records))

        assert (
            first
            == second
            == [
                *created(1, 2),
                (3, "REFUSED", "unknown-area"),
                *created(4),
                (5, "REFUSED", "institution-unknown"),
            ]
        )
        assert judged["result"]["created"] == 3
        assert (before["institution"], before["event"]) == (0, 0)
        assert (await counts())["institution"] == 3


def _with_chunk(name: str, size: int):
    return replace(KINDS[name], chunk=size)


class TestInstructors:
    async def test_brings_and_corrects_instructors(self, world, send, counts):
        await world.facility(code="B-1")
        header = ["code", "name", "home_facility_code", "competences", "synthetic"]
        records = [header, ["I-1", "Sri Melati", "B-1", "BAKERY|GARMENT", "ya"]]
        _, verdicts = await send("instructors", workbook(records))

        changed, _ = await send(
            "instructors", workbook([header, ["I-1", "Sri Anggrek", "B-1", None, None]])
        )

        assert verdicts == created(1)
        assert changed["result"]["changed"] == 1
        (instructor,) = (await world.get("/instructors")).json()["items"]
        assert instructor["name"] == "Sri Anggrek"
        assert instructor["competences"] == ["BAKERY", "GARMENT"]
        assert instructor["synthetic"] is True


class TestAgreements:
    @pytest.mark.parametrize("mode", ["validate", "commit"])
    async def test_brings_an_agreement_below_the_one_it_follows(self, world, send, mode):
        await world.facility(code="B-1")

        _, verdicts = await send("agreements", workbook(AGREEMENTS), mode=mode)

        assert verdicts == created(1, 2)

    async def test_changes_none_that_is_kept(self, world, send):
        await world.facility(code="B-1")
        await send("agreements", workbook(AGREEMENTS))
        other = [*AGREEMENTS[2]]
        other[2] = "PKS lain"

        _, verdicts = await send("agreements", text([*AGREEMENTS[:2], other]))

        assert verdicts == [(1, "UNCHANGED", None), (2, "REFUSED", "agreement-kept")]
        items = (await world.get("/agreements")).json()["items"]
        assert [(each["number"], each["title"], each["facilities"]) for each in items] == [
            ("MoU-1", "MoU", 0),
            ("PKS-1", "PKS", 1),
        ]

    async def test_refuses_what_names_what_is_not_there(self, world, send):
        alone = [*AGREEMENTS[2]]
        alone[5] = None
        lonely = [*AGREEMENTS[1]]
        lonely[4] = "MSME"

        _, verdicts = await send("agreements", workbook([AGREEMENTS[0], alone, lonely]))
        _, covered = await send("agreements", workbook([*AGREEMENTS[:2], AGREEMENTS[2]]))

        assert verdicts == [
            (1, "REFUSED", "agreement-basis-refused"),
            (2, "REFUSED", "agreement-parties-invalid"),
        ]
        assert covered == [(1, "CREATED", None), (2, "REFUSED", "facility-unknown")]


class TestAtomic:
    async def test_keeps_nothing_when_one_row_is_refused(self, world, send, counts):
        await world.facility(code="B-1")
        before = await counts()
        records = [*SPACES, ["B-9", "Ruang", "ROOM", 16]]

        job, verdicts = await send("spaces", workbook(records), atomic="all")

        assert verdicts == [
            (1, "REFUSED", "row-not-kept"),
            (2, "REFUSED", "row-not-kept"),
            (3, "REFUSED", "facility-unknown"),
        ]
        assert (job["status"], job["result"]["refused"]) == ("SUCCEEDED", 3)
        assert await counts() == before

    @pytest.mark.parametrize("kind", ["spaces", "facilities"])
    async def test_keeps_all_when_none_is(self, world, send, kind):
        await world.facility(code="B-1")
        facilities = [
            ["code", "name", "kind", "owner_ministry", "area_code", "parent_code", "spaces"],
            ["B-2", "Balai", "UPTD", "kemnaker", "33.73", None, "Ruang 1:20|Bengkel:16:bengkel"],
            ["B-3", "Balai", "UPTD", "MANPOWER", "33.73", "B-2", None],
        ]
        records = {"spaces": SPACES, "facilities": facilities}[kind]

        job, verdicts = await send(kind, workbook(records), atomic="all")

        assert verdicts == created(1, 2)
        assert job["progress"] == {"done": 4, "total": 4}

    async def test_refuses_a_file_that_is_too_long(self, send):
        rows = [["B-1", f"Ruang {number}", "ROOM", 16] for number in range(5001)]

        job, _ = await send("spaces", text([SPACES[0], *rows]), atomic="all")

        assert (job["status"], job["error"]) == ("FAILED", "atomic-too-long")

    async def test_goes_on_after_what_is_kept(self, world, send, in_transaction, work):
        await world.facility(code="B-1")
        response = await world.post(
            "/imports/spaces", content=workbook(SPACES), params={"atomic": "all"}
        )
        async with in_transaction() as session:
            session.add(RowVerdict(job_id=response.json()["id"], row=1, verdict="CREATED"))

        await work()

        job = (await world.get(f"/jobs/{response.json()['id']}")).json()
        assert job["result"]["created"] == 2
        facility = (await world.get("/facilities")).json()["items"][0]
        spaces = (await world.get(f"/facilities/{facility['id']}/spaces")).json()["items"]
        assert [each["name"] for each in spaces] == ["Ruang 1"]


class TestBadFiles:
    @pytest.mark.parametrize(
        ("content", "error"),
        [
            (b"PK\x03\x04\x00\x00", "file-unreadable"),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "file-locked"),
            (b"name,capacity\nRuang,20\n", "file-columns"),
        ],
    )
    async def test_fails_on_a_file_that_is_none(self, world, send, content, error):
        job, verdicts = await send("spaces", content)

        assert (job["status"], job["error"], verdicts) == ("FAILED", error, [])
        assert set(job["result"]["detail"]) == {"id", "en"}


class TestRequest:
    async def test_is_refused_to_those_who_may_not_write(self, world):
        by = world.auth(Role.REGIONAL_OFFICER, areas=["33"])

        response = await world.post("/imports/agreements", by=by, content=b"x")
        template = await world.get("/imports/agreements/template", by=by)

        assert (response.status_code, template.status_code) == (403, 403)

    async def test_refuses_an_empty_file_and_an_unknown_kind(self, world):
        empty = await world.post("/imports/spaces", content=b" \n")
        unknown = await world.post("/imports/people", content=b"x")

        assert (empty.status_code, empty.json()["code"]) == (422, "upload-empty")
        assert unknown.status_code == 404

    async def test_answers_a_repeated_request_with_the_same_job(self, world):
        first = await world.post("/imports/spaces", content=workbook(SPACES), key="k")
        again = await world.post("/imports/spaces", content=b"other", key="k")

        assert again.json()["code"] == "idempotency-key-reused"
        assert first.headers["location"].endswith(f"/v1/jobs/{first.json()['id']}")


class TestTemplate:
    @pytest.mark.parametrize("kind", list(KINDS))
    async def test_is_accepted_once_it_is_filled_in(self, world, send, kind):
        response = await world.get(f"/imports/{kind}/template")
        book = openpyxl.load_workbook(io.BytesIO(response.content))

        assert response.headers["content-type"] == XLSX
        assert book.sheetnames == ["Data", "Petunjuk"]
        data, help_ = book.worksheets
        assert [cell.value for cell in data[1]] == list(KINDS[kind].columns)
        assert data.max_row == 1
        assert {cell.value for cell in help_["A"]} >= set(KINDS[kind].columns)
        lists = [each for each in data.data_validations.dataValidation if each.type == "list"]
        assert len(lists) == sum(bool(column.choices) for column in KINDS[kind].columns.values())
        # The example of the instructions is a row that reads; what it names is not there yet.
        data.append([column.example or None for column in KINDS[kind].columns.values()])
        out = io.BytesIO()
        book.save(out)
        _, verdicts = await send(kind, out.getvalue(), mode="validate")
        assert [code for _, _, code in verdicts] != ["row-invalid"]

    async def test_keeps_codes_as_text(self, world):
        response = await world.get("/imports/spaces/template")
        sheet = openpyxl.load_workbook(io.BytesIO(response.content)).worksheets[0]

        assert sheet.column_dimensions["A"].number_format == "@"

    async def test_is_text_when_asked_for(self, world):
        response = await world.get("/imports/spaces/template", format="csv")

        assert response.content == b"\xef\xbb\xbffacility_code;name;kind;capacity;id\r\n"


class TestWorkbookOfAJob:
    async def test_gives_the_same_workbook_back(self, world, send):
        await world.facility(code="B-1")
        book = openpyxl.load_workbook(
            io.BytesIO(workbook([[], *SPACES, [], ["B-9", "Ruang", "ROOM", 1]], sheets=("D", "P")))
        )
        choices = DataValidation(type="list", formula1='"ROOM,WORKSHOP"')
        book.active.add_data_validation(choices)
        choices.add("C3:C9")
        book.active["A3"].number_format = "@"
        sent = io.BytesIO()
        book.save(sent)
        job, _ = await send("spaces", sent.getvalue())

        response = await world.get(f"/jobs/{job['id']}/workbook")

        back = openpyxl.load_workbook(io.BytesIO(response.content))
        sheet, other = back.worksheets
        assert response.headers["content-type"] == XLSX
        assert (other.title, other["A1"].value) == ("P", "tetap")
        assert sheet["A3"].number_format == "@"
        assert sheet.data_validations.dataValidation[0].formula1 == '"ROOM,WORKSHOP"'
        told = [[cell.value for cell in row[4:7]] for row in sheet.iter_rows(min_row=2)]
        assert told == [
            ["hasil", "kode", "keterangan"],
            ["CREATED", None, None],
            ["CREATED", None, None],
            [None, None, None],
            ["REFUSED", "facility-unknown", "The facility is not known."],
        ]

        again, verdicts = await send("spaces", response.content)
        twice = await world.get(f"/jobs/{again['id']}/workbook")
        assert [verdict for _, verdict, _ in verdicts] == ["UNCHANGED", "UNCHANGED", "REFUSED"]
        assert openpyxl.load_workbook(io.BytesIO(twice.content)).active.max_column == 7

    async def test_gives_text_back_as_it_came(self, world, send):
        await world.facility(code="B-1")
        job, _ = await send("spaces", text([SPACES[0], ["B-1", "Café", "ROOM", 5], ["B-9", "R"]]))

        response = await world.get(f"/jobs/{job['id']}/workbook")
        _, again = await send("spaces", response.content)

        assert response.content.decode("cp1252").splitlines() == [
            "facility_code;name;kind;capacity;hasil;kode;keterangan",
            "B-1;Café;ROOM;5;CREATED;;",
            "B-9;R;;;REFUSED;row-invalid;Columns that are wrong: capacity.",
        ]
        assert again == [(1, "UNCHANGED", None), (2, "REFUSED", "row-invalid")]

    async def test_is_for_whoever_sent_the_file(self, world, send):
        await world.facility(code="B-1")
        job, _ = await send("spaces", workbook(SPACES), by=world.officer("33"))
        other = world.auth(Role.REGIONAL_OFFICER, subject="another", areas=["33"])

        hidden = await world.get(f"/jobs/{job['id']}/workbook", by=other)
        national = await world.get(f"/jobs/{job['id']}/workbook")

        assert (hidden.status_code, hidden.json()["code"]) == (404, "job-unknown")
        assert national.status_code == 200

    async def test_is_gone_once_the_file_is(self, world, send, in_transaction):
        await world.facility(code="B-1")
        job, _ = await send("spaces", workbook(SPACES))
        async with in_transaction() as session:
            await session.execute(delete(Upload))

        response = await world.get(f"/jobs/{job['id']}/workbook")

        assert (response.status_code, response.json()["code"]) == (410, "workbook-gone")

    async def test_waits_for_the_job(self, world):
        response = await world.post("/imports/spaces", content=workbook(SPACES))

        early = await world.get(f"/jobs/{response.json()['id']}/workbook")

        assert (early.status_code, early.json()["code"]) == (404, "workbook-unknown")
