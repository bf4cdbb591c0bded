from uuid import UUID

from sqlalchemy import func, select

from services.registry.areas.operations import load_areas
from services.registry.areas.rules import read_row
from services.registry.areas.tables import Area
from services.registry.base import Event, Job, RowVerdict
from shared.db.imports import keep_verdicts
from shared.schemas.registry import Topic
from tests.registry.world import AREAS, SINCE

SHIPPED = {"PROVINCE": 38, "REGENCY": 514, "DISTRICT": 7285, "VILLAGE": 83762}


async def imported(world, work, csv: str | bytes, **parameters) -> dict:
    """Import a list, and return the job when it is done."""
    content = csv if isinstance(csv, bytes) else csv.encode()
    headers = {"Content-Type": "text/csv", "Accept-Language": "en"}
    response = await world.post(
        "/area-imports", content=content, headers=headers, params=parameters
    )
    assert response.status_code == 202, response.text
    await work()
    return (await world.get(f"/jobs/{response.json()['id']}")).json()


async def verdicts(world, job: dict) -> list[tuple]:
    rows = (await world.get(f"/jobs/{job['id']}/rows")).json()["items"]
    return [(row["row"], row["verdict"], row["code"]) for row in rows]


class TestImportAreas:
    async def test_loads_the_shipped_list_of_all_four_levels(self, world, work, in_transaction):
        job = await imported(world, work, b"", source="SHIPPED", valid_from="2020-01-01")

        assert job["status"] == "SUCCEEDED"
        assert job["result"]["rows"] == sum(SHIPPED.values())
        assert job["result"]["created"] == sum(SHIPPED.values()) - 12
        assert job["result"]["refused"] == 0
        assert job["progress"] == {"done": 91599, "total": 91599}
        async with in_transaction() as session:
            without_zone = await session.scalar(
                select(func.count()).where(Area.time_zone.is_(None), Area.parent_code.isnot(None))
            )
            event = await session.scalar(select(Event).where(Event.topic == Topic.AREAS_IMPORTED))
        assert without_zone == 0
        assert event.payload["levels"] == SHIPPED

    async def test_changes_nothing_when_a_list_comes_again(self, world, work):
        csv = "code,name\n34,DI Yogyakarta\n34.71,Kota Yogyakarta\n"
        first = await imported(world, work, csv)

        again = await imported(world, work, csv)

        assert first["result"]["created"] == 2
        assert again["result"] == {
            "rows": 2,
            "created": 0,
            "changed": 0,
            "unchanged": 2,
            "refused": 0,
        }

    async def test_gives_every_row_its_verdict(self, world, work):
        csv = (
            "code;regency_code;name\n"
            "33.73.05;33.73;Tingkir\n"
            "33.73.06;33.74;Argomulyo\n"
            "33.99.01;33.99;Nirwana\n"
            "abc;;Nirwana\n"
            "33.73.07;33.73;\n"
            "33.73.05;33.73;Tingkir\n"
            "33.73.04;33.73;Sidomukti Baru\n"
            "33.73.08;33.73;Tengah;lebih\n"
        )

        job = await imported(world, work, csv, valid_from="2026-05-06")

        assert await verdicts(world, job) == [
            (1, "CREATED", None),
            (2, "REFUSED", "area-parent-mismatch"),
            (3, "REFUSED", "area-parent-unknown"),
            (4, "REFUSED", "area-code-invalid"),
            (5, "REFUSED", "area-name-missing"),
            (6, "REFUSED", "row-repeated"),
            (7, "CHANGED", None),
            (8, "REFUSED", "row-too-long"),
        ]
        assert job["result"]["rows"] == 8

    async def test_takes_children_that_stand_above_their_parents(self, world, work):
        job = await imported(world, work, "code,name\n34.71,Kota Yogyakarta\n34,DI Yogyakarta\n")

        assert job["result"]["created"] == 2

    async def test_corrects_a_name_that_came_with_the_same_day(self, world, work):
        await imported(world, work, "code,name\n33.74,Semarang\n", valid_from="2020-01-01")

        history = (await world.get("/areas/33.74", on="2020-06-01")).json()

        assert history["name"] == "Semarang"
        assert history["valid_to"] is None

    async def test_fails_on_a_file_without_the_columns(self, world, work):
        job = await imported(world, work, "kode,nama\n33,Jawa Tengah\n")

        assert job["status"] == "FAILED"
        assert job["error"] == "file-columns"

    async def test_goes_on_where_a_lost_worker_stopped(self, world, work, in_transaction):
        rows = {number: f"33.73.{number + 9}" for number in range(1, 11)}
        csv = "code,name\n" + "".join(f"{code},Kecamatan {code}\n" for code in rows.values())
        response = await world.post("/area-imports", content=csv.encode())
        job_id = response.json()["id"]
        left = [read_row(n, {"code": rows[n], "name": f"Kecamatan {rows[n]}"}) for n in range(1, 5)]
        async with in_transaction() as session:
            kept = await load_areas(session, left, valid_from=SINCE, decree="", language="en")
            await keep_verdicts(session, RowVerdict, job_id=UUID(job_id), verdicts=kept)

        await work()

        job = (await world.get(f"/jobs/{job_id}")).json()
        assert job["result"] == {
            "rows": 10,
            "created": 10,
            "changed": 0,
            "unchanged": 0,
            "refused": 0,
        }
        assert [row for row, _, _ in await verdicts(world, job)] == list(rows)


def listed(areas: dict[str, str]) -> str:
    return "code,name\n" + "".join(f"{code},{name}\n" for code, name in areas.items())


async def details(world, job: dict) -> list[tuple]:
    rows = (await world.get(f"/jobs/{job['id']}/rows", limit=200)).json()["items"]
    return [(row["verdict"], row["code"], row["detail"]) for row in rows]


# Twelve regencies of one province, so that one of them is less than a tenth of its level.
JAVA = {f"33.{number}": f"Kabupaten {number}" for number in range(10, 22)}
REGENCIES = {code: name for code, name in AREAS.items() if len(code) == 5} | JAVA

MISSING = [
    "32: Jawa Barat",
    "32.73: Kota Bandung",
    "32.73.01: Sukasari",
    "33.74: Kota Semarang",
    "73: Sulawesi Selatan",
    "73.71: Kota Makassar",
    "91: Papua",
    "91.71: Kota Jayapura",
]


class TestCompareAreas:
    async def test_says_what_would_change_and_changes_nothing(self, world, work):
        csv = listed(
            {
                "33": "Jawa Tengah",
                "33.73": "Kota Salatiga Baru",
                "33.75": "Kota Baru",
                "33.75.01": "Satu",
                "34.01": "Kabupaten Lain",
            }
        )
        before = (await world.get("/areas", limit=200)).json()["items"]

        job = await imported(world, work, csv, mode="validate", valid_from="2026-05-06")

        assert job["status"] == "SUCCEEDED"
        assert job["result"] == {
            "rows": 5,
            "created": 2,
            "changed": 1,
            "unchanged": 1,
            "refused": 1,
            "missing": len(MISSING),
            "ended": 0,
        }
        rows = await details(world, job)
        assert rows[1] == ("CHANGED", None, "33.73: Kota Salatiga -> Kota Salatiga Baru")
        assert rows[4][:2] == ("REFUSED", "area-parent-unknown")
        # It names a province, so that it covers them all, and with those that it leaves out what
        # lies below them on the levels that it names.
        assert [detail for _, _, detail in rows[5:]] == MISSING
        assert (await world.get("/areas", limit=200)).json()["items"] == before

    async def test_says_what_a_commit_then_does(self, world, work):
        csv = listed({"33.73": "Kota Salatiga Baru", "33.75": "Kota Baru", "33.75.01": "Satu"})
        judged = await imported(world, work, csv, mode="validate", valid_from="2026-05-06")

        done = await imported(world, work, csv, valid_from="2026-05-06")

        assert await details(world, done) == (await details(world, judged))[:3]
        assert "missing" not in done["result"]


class TestEndMissingAreas:
    async def country(self, world, work) -> None:
        await imported(world, work, listed(JAVA), valid_from="2020-01-01")

    async def test_ends_what_a_whole_list_leaves_out(self, world, work):
        await self.country(world, work)
        facility = await world.facility(area_code="33.12")
        rest = {code: name for code, name in REGENCIES.items() if code != "33.12"}
        asked = {"missing": "end", "valid_from": "2026-05-06"}
        judged = await imported(world, work, listed(rest), mode="validate", **asked)

        job = await imported(world, work, listed(rest), **asked)

        assert job["result"] == judged["result"]
        assert (job["result"]["rows"], job["result"]["ended"]) == (len(rest), 1)
        assert (await details(world, job))[-1] == ("ENDED", None, "33.12: Kabupaten 12")
        assert (await world.get("/areas/33.12")).status_code == 404
        ended = (await world.get("/areas/33.12", on="2026-05-05")).json()
        assert ended["valid_to"] == "2026-05-06"
        (item,) = (await world.get("/area-work-items")).json()["items"]
        assert (item["facility_id"], item["candidates"]) == (facility["id"], [])

    async def test_keeps_an_area_with_others_below_it(self, world, work):
        await self.country(world, work)
        rest = {code: name for code, name in REGENCIES.items() if code != "33.73"}

        job = await imported(world, work, listed(rest), missing="end", valid_from="2026-05-06")

        assert (job["result"]["ended"], job["result"]["missing"]) == (0, 1)
        assert (await details(world, job))[-1][:2] == ("MISSING", "area-has-children")
        assert (await world.get("/areas/33.73")).status_code == 200

    async def test_writes_nothing_of_a_list_that_is_not_whole(self, world, work):
        await self.country(world, work)
        asked = {"missing": "end", "valid_from": "2026-05-06"}
        few = {code: name for code, name in REGENCIES.items() if code not in ("33.10", "33.11")}
        elsewhere = {code: name for code, name in REGENCIES.items() if code[:2] != "73"}

        for rest in (few, elsewhere):
            job = await imported(world, work, listed({**rest, "33.99": "Kabupaten Baru"}), **asked)
            assert (job["status"], job["error"]) == ("FAILED", "area-list-incomplete")
        broken = await imported(world, work, listed({**REGENCIES, "abc": "Rusak"}), **asked)

        assert (broken["status"], broken["error"]) == ("FAILED", "area-list-refused-rows")
        assert (await world.get("/areas/33.99")).status_code == 404

    async def test_lets_a_decree_say_later_what_followed(self, world, work):
        await self.country(world, work)
        facility = await world.facility(area_code="33.12")
        rest = {code: name for code, name in REGENCIES.items() if code != "33.12"}
        newer = listed({**rest, "33.30": "Kabupaten Dua Belas"})
        await imported(world, work, newer, missing="end", valid_from="2026-05-06")

        decree = {
            "kind": "RECODE",
            "decree": "UU 3/2026 (contoh)",
            "valid_from": "2026-05-06",
            "from_codes": ["33.12"],
            "to": [{"code": "33.30", "name": "Kabupaten Dua Belas"}],
        }
        await world.made("/area-changes", decree)
        await work()

        moved = (await world.get(f"/facilities/{facility['id']}")).json()
        assert moved["area_code"] == "33.30"
        assert (await world.get("/area-work-items")).json()["items"] == []
        (resolved,) = (await world.get("/area-work-items", state="RESOLVED")).json()["items"]
        assert resolved["area_code"] == "33.30"

    async def test_refuses_to_bring_a_code_back_before_it_ended(self, world, work):
        await self.country(world, work)
        rest = {code: name for code, name in REGENCIES.items() if code != "33.12"}
        await imported(world, work, listed(rest), missing="end", valid_from="2026-05-06")
        again = listed({"33.12": "Kabupaten 12"})

        early = await imported(world, work, again, valid_from="2026-05-05")
        later = await imported(world, work, again, valid_from="2026-06-01")

        assert (await verdicts(world, early))[0][1:] == ("REFUSED", "area-older")
        assert (await verdicts(world, later))[0][1:] == ("CREATED", None)


class TestAnnounce:
    async def test_tells_of_a_later_list_again_on_its_day(self, world, work, in_transaction):
        await imported(world, work, "code,name\n34,DI Yogyakarta\n", valid_from="2099-01-01")

        assert (await world.get("/areas/34")).status_code == 404
        async with in_transaction() as session:
            due = await session.scalar(select(Job.due_at).where(Job.kind == "settle_areas"))
        assert due.isoformat() == "2098-12-31T17:00:00+00:00"
