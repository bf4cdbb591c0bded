import io

import openpyxl
import pytest
from sqlalchemy import select

from services.registry.base import Event
from services.registry.facilities.tables import Facility
from services.registry.institutions.tables import Institution
from services.registry.spaces.tables import Space
from shared.ids import new_id
from tests.registry.world import rows_of

HEADER = (
    "code,name,kind,owner_ministry,area_code,status,latitude,longitude,trades,institution_code,"
    "institution_name,institution_kind,parent_code,form,synthetic,spaces\n"
)
ROWS = (
    "B-1,BPVP Melati,UPTP,MANPOWER,33.73,ACTIVE,-7.3,110.5,GARMENT|ICT,,,,,BPVP,ya,Ruang 1:20|"
    "Bengkel:16:WORKSHOP\n"
    "B-2,Satpel Melati,UPTP,MANPOWER,33.74,ACTIVE,,,,,,,B-1,SATPEL,ya,Ruang 1:16\n"
    "B-3,BLKK Anggrek,BLKK,MANPOWER,91.71,,,,BAKERY,YPA,Yayasan Anggrek,FOUNDATION,,,ya,\n"
    "B-4,BLKK Mawar,BLKK,MANPOWER,73.71,ACTIVE,,,BAKERY,YPA,,,,,ya,Ruang 1:25\n"
)


async def imported(world, work, csv: str | bytes, *, by=None, **parameters) -> dict:
    content = csv if isinstance(csv, bytes) else csv.encode()
    headers = {"Content-Type": "text/csv", "Accept-Language": "en"}
    response = await world.post(
        "/facility-imports", by=by, content=content, headers=headers, params=parameters
    )
    assert response.status_code == 202, response.text
    await work()
    return (await world.get(f"/jobs/{response.json()['id']}", by=by)).json()


async def verdicts(world, job: dict) -> list[tuple]:
    rows = (await world.get(f"/jobs/{job['id']}/rows")).json()["items"]
    return [(row["row"], row["verdict"], row["code"]) for row in rows]


async def counts(in_transaction) -> dict[str, int]:
    async with in_transaction() as session:
        return {
            table.__tablename__: await session.scalar(rows_of(table))
            for table in (Facility, Space, Institution, Event)
        }


class TestImportFacilities:
    async def test_brings_facilities_spaces_and_institutions(self, world, work, in_transaction):
        job = await imported(world, work, HEADER + ROWS)

        assert job["result"] == {
            "rows": 4,
            "created": 4,
            "changed": 0,
            "unchanged": 0,
            "refused": 0,
        }
        assert await counts(in_transaction) == {
            "facility": 4,
            "space": 4,
            "institution": 1,
            "event": 9,
        }
        first, second, third, fourth = (await world.get("/facilities")).json()["items"]
        assert first["trades"] == ["GARMENT", "ICT"]
        assert (first["latitude"], first["synthetic"]) == (-7.3, True)
        assert second["parent_id"] == first["id"]
        assert (third["status"], third["time_zone"]) == ("PLANNED", "WIT")
        assert third["institution_id"] == fourth["institution_id"] is not None

    async def test_changes_nothing_when_the_file_comes_again(self, world, work, in_transaction):
        await imported(world, work, HEADER + ROWS)
        before = await counts(in_transaction)

        again = await imported(world, work, HEADER + ROWS)

        assert (again["result"]["unchanged"], again["result"]["refused"]) == (4, 0)
        assert await counts(in_transaction) == before

    async def test_stores_nothing_when_it_only_validates(self, world, work, in_transaction):
        rows = ROWS + "B-5,X,UPTD,MANPOWER,33.99,,,,,,,,,,,\n"

        job = await imported(world, work, HEADER + rows, mode="validate")

        assert job["result"]["created"] == 4
        assert job["result"]["refused"] == 1
        assert await counts(in_transaction) == {
            "facility": 0,
            "space": 0,
            "institution": 0,
            "event": 0,
        }
        page = (await world.get(f"/jobs/{job['id']}/rows")).json()
        assert [row["id"] for row in page["items"]] == [None] * 5

    async def test_judges_alike_whether_it_validates_or_commits(self, world, work):
        bad = HEADER + ROWS + "B-1,Again,UPTD,MANPOWER,33.73,,,,,,,,,,,\nB-6,,,,,,,,,,,,,,,\n"

        judged = await imported(world, work, bad, mode="validate")
        done = await imported(world, work, bad, mode="commit")

        assert await verdicts(world, judged) == await verdicts(world, done)

    async def test_gives_every_row_its_verdict(self, world, work):
        there = await world.facility(code="C-1", area_code="33.73")
        closed = await world.facility(code="C-2", area_code="33.73")
        await world.post(f"/facilities/{closed['id']}/close")
        csv = (
            "code;name;kind;owner_ministry;area_code;latitude;longitude;status;spaces;id\n"
            f"C-1;{there['name']};UPTD;MANPOWER;33.73.04;;;;;\n"
            "C-1;Lagi;UPTD;MANPOWER;33.73;;;;;\n"
            "C-2;Baru;UPTD;MANPOWER;33.73;;;;;\n"
            "C-3;Balai;lpk company;msme;33.73;-7,25;110,5;active;Ruang 1:20;\n"
            "C-4;Balai;SEKOLAH;MANPOWER;33.73;;;;;\n"
            "C-5;Balai;UPTD;MANPOWER;33.73;91;x;;;\n"
            "C-6;Balai;UPTD;MANPOWER;33.73;;;;Ruang 1;\n"
            "C-7;Balai;UPTD;MANPOWER;33.73;;;;Ruang 1:0;\n"
            "C-8;Balai;UPTD;MANPOWER;33;;;;;\n"
            ";;;;;;;;;\n"
            "C-9;Balai;UPTD;MANPOWER;33.73;-7.1;;;;\n"
            f"C-10;Balai;UPTD;MANPOWER;33.73;;;;;{there['id']}\n"
            "C-11;Balai;UPTD;MANPOWER;33.73;;;;;;;;lebih\n"
        )

        job = await imported(world, work, csv)

        assert await verdicts(world, job) == [
            (1, "CHANGED", None),
            (2, "REFUSED", "row-repeated"),
            (3, "REFUSED", "facility-closed"),
            (4, "CREATED", None),
            (5, "REFUSED", "row-invalid"),
            (6, "REFUSED", "row-invalid"),
            (7, "REFUSED", "row-invalid"),
            (8, "REFUSED", "row-invalid"),
            (9, "REFUSED", "area-too-coarse"),
            (11, "REFUSED", "facility-point-incomplete"),
            (12, "REFUSED", "facility-id-taken"),
            (13, "REFUSED", "row-too-long"),
        ]
        assert job["result"]["rows"] == 12
        page = (await world.get(f"/jobs/{job['id']}/rows")).json()
        assert page["items"][5]["detail"] == "Columns that are wrong: latitude, longitude."
        made = (await world.get("/facilities", q="Balai")).json()["items"]
        latitudes = {each["code"]: each["latitude"] for each in made}
        assert latitudes["C-3"] == -7.25

    async def test_takes_the_ids_that_the_file_gives(self, world, work):
        facility, space = str(new_id()), str(new_id())
        csv = (
            "id,code,name,kind,owner_ministry,area_code,spaces\n"
            f"{facility},B-1,Balai,UPTD,MANPOWER,33.73,Ruang 1:20:ROOM:{space}\n"
        )

        await imported(world, work, csv)
        again = await imported(world, work, csv)

        spaces = (await world.get(f"/facilities/{facility}/spaces")).json()["items"]
        assert [each["id"] for each in spaces] == [space]
        assert again["result"]["unchanged"] == 1

    async def test_tells_of_each_change_in_the_order_of_versions(self, world, work, in_transaction):
        await imported(world, work, HEADER + ROWS)
        changed = ROWS.splitlines()[0].replace("33.73", "33.74").replace("ACTIVE", "SUSPENDED")

        job = await imported(world, work, HEADER + changed.replace("Ruang 1:20", "Ruang 1:22"))

        facility = (await world.get("/facilities", limit=1)).json()["items"][0]
        assert job["result"]["changed"] == 1
        async with in_transaction() as session:
            events = (
                await session.scalars(
                    select(Event)
                    .where(Event.facility_id == facility["id"], Event.version > 1)
                    .order_by(Event.topic)
                )
            ).all()
        assert [(event.topic, event.version) for event in events] == [
            ("registry.facility.changed", 2),
            ("registry.facility.status_changed", 3),
            ("registry.space.changed", 2),
        ]
        assert facility["version"] == 3
        moved, turned = events[0].payload, events[1].payload
        assert moved["after"] == turned["before"]

    async def test_brings_only_rows_within_the_importers_scope(self, world, work):
        job = await imported(world, work, HEADER + ROWS, by=world.officer("33", "MANPOWER"))

        assert job["result"]["created"] == 2
        outcome = await verdicts(world, job)
        assert outcome[2:] == [(3, "REFUSED", "out-of-scope"), (4, "REFUSED", "out-of-scope")]

    async def test_goes_beyond_one_chunk(self, world, work):
        rows = "".join(f"M-{n:04d},Balai {n},UPTD,MANPOWER,33.73\n" for n in range(1200))

        job = await imported(world, work, "code,name,kind,owner_ministry,area_code\n" + rows)

        assert job["result"]["created"] == 1200
        assert job["progress"] == {"done": 1200, "total": 1200}

    @pytest.mark.parametrize(
        ("content", "error"),
        [
            (b"code,name\nB-1,Balai\n", "file-columns"),
            (b"code,name,kind,owner_ministry,area_code,colour\n", "file-columns"),
            (b"PK\x03\x04\x00\x00", "file-unreadable"),
        ],
    )
    async def test_fails_on_a_file_that_is_not_the_template(self, world, work, content, error):
        job = await imported(world, work, content)

        assert (job["status"], job["error"]) == ("FAILED", error)

    async def test_reads_a_workbook(self, world, work):
        book, sent = openpyxl.Workbook(), io.BytesIO()
        book.active.append(["code", "name", "kind", "owner_ministry", "area_code", "latitude"])
        book.active["G1"] = "longitude"
        book.active.append(["B-1", "Balai", "uptd", "kemnaker", "33.73.04", "-7,25", 110.5])
        book.active.append(["B-2", "Balai", "UPTD", "MANPOWER", 33.73, None, None])
        book.save(sent)

        job = await imported(world, work, sent.getvalue())

        assert await verdicts(world, job) == [(1, "CREATED", None), (2, "REFUSED", "cell-numeric")]
        made = (await world.get("/facilities")).json()["items"][0]
        assert (made["latitude"], made["longitude"]) == (-7.25, 110.5)

    async def test_reads_an_old_excel_file(self, world, work):
        csv = "code;name;kind;owner_ministry;area_code\r\nB-1;Balai Café;UPTD;MANPOWER;33.73\r\n"

        await imported(world, work, csv.encode("cp1252"))

        assert (await world.get("/facilities")).json()["items"][0]["name"] == "Balai Café"


class TestRequestOfAnImport:
    async def test_answers_a_repeated_request_with_the_same_job(self, world, work, in_transaction):
        content = (HEADER + ROWS).encode()
        first = await world.post("/facility-imports", content=content, key="k-1")
        await work()

        again = await world.post("/facility-imports", content=content, key="k-1")
        await work()

        assert (again.status_code, again.content) == (202, first.content)
        assert again.headers["location"] == first.headers["location"]
        assert (await counts(in_transaction))["facility"] == 4

    async def test_hides_the_job_from_other_offices(self, world, work):
        job = await imported(world, work, HEADER + ROWS, by=world.officer("33"))

        other = world.auth("REGIONAL_OFFICER", subject="another", areas=["32"])
        response = await world.get(f"/jobs/{job['id']}", by=other)

        assert response.status_code == 404

    async def test_is_refused_to_those_who_do_not_write_facilities(self, world):
        response = await world.post(
            "/facility-imports", by=world.auth("FACILITY_OPERATOR"), content=b"code\n"
        )

        assert response.status_code == 403

    async def test_refuses_an_unknown_mode(self, world):
        response = await world.post("/facility-imports", content=b"code\n", params={"mode": "try"})

        assert response.status_code == 422
