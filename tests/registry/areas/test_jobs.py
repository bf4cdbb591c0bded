from uuid import UUID

from sqlalchemy import func, select

from services.registry.areas.operations import load_areas
from services.registry.areas.rules import read_row
from services.registry.areas.tables import Area
from services.registry.base import Event, RowVerdict
from shared.db.imports import keep_verdicts
from shared.schemas.registry import Topic
from tests.registry.world import SINCE

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
