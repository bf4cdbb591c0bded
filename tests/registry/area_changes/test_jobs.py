from sqlalchemy import select

from services.registry.area_changes.tables import AreaWorkItem
from services.registry.areas.operations import end_areas, order_settling
from services.registry.base import Event
from shared.clock import ledger_day, utc_now
from tests.registry.area_changes.test_api import CITY, open_items

MERGE = {
    "kind": "MERGE",
    "decree": "UU 5/2024 (contoh)",
    "valid_from": "2024-01-01",
    "from_codes": ["33.74", "33.75"],
    "to": [{"code": "33.74", "name": "Kota Semarang"}],
}


async def settled(world, work, in_transaction, change: dict) -> dict:
    """Run the job of a change once more, and return what it says."""
    now = utc_now()
    async with in_transaction() as session:
        job_id = await order_settling(
            session, valid_from=now.date(), due_at=now, change_id=change["id"]
        )
    await work()
    return (await world.get(f"/jobs/{job_id}")).json()


class TestSettleAreas:
    async def test_does_nothing_twice(self, world, work, in_transaction):
        await world.facility(area_code="33.74")
        change = await world.made("/area-changes", CITY)
        await work()
        before = await open_items(world)

        job = await settled(world, work, in_transaction, change)

        assert job["status"] == "SUCCEEDED"
        assert set(job["result"].values()) == {0}
        assert await open_items(world) == before

    async def test_does_not_ask_again_what_was_decided(self, world, work, in_transaction):
        await world.facility(area_code="33.74")
        change = await world.made("/area-changes", CITY)
        await work()
        (item,) = await open_items(world)
        await world.post(f"/area-work-items/{item['id']}/resolve", {"area_code": "33.74"})

        await settled(world, work, in_transaction, change)

        assert await open_items(world) == []

    async def test_takes_off_the_list_what_stands_elsewhere_or_is_closed(
        self, world, work, in_transaction
    ):
        moved, closed, left = [await world.facility(area_code="33.74") for _ in range(3)]
        change = await world.made("/area-changes", CITY)
        await work()
        patched = await world.registry.patch(
            f"/v1/facilities/{moved['id']}",
            json={"area_code": "33.75"},
            headers={
                **world.admin,
                "If-Match": '"1"',
                "Content-Type": "application/merge-patch+json",
            },
        )
        assert patched.status_code == 200, patched.text
        await world.post(f"/facilities/{closed['id']}/close")

        job = await settled(world, work, in_transaction, change)

        assert job["result"]["closed"] == 2
        assert [item["facility_id"] for item in await open_items(world)] == [left["id"]]

    async def test_brings_many_along_in_chunks(self, world, work, in_transaction, monkeypatch):
        monkeypatch.setattr("services.registry.area_changes.jobs._CHUNK", 2)
        made = [await world.facility(area_code="33.74") for _ in range(5)]
        closed = made.pop()
        await world.post(f"/facilities/{closed['id']}/close")
        recode = CITY | {"kind": "RECODE", "to": [{"code": "33.75", "name": "Kota Semarang"}]}

        change = await world.made("/area-changes", recode)
        await work()

        job = (await world.get(f"/jobs/{change['job_id']}")).json()
        assert job["result"]["facilities"] == 4
        assert job["progress"] == {"done": 4, "total": 4}
        listed = (await world.get("/facilities", area="33.75")).json()["items"]
        assert {facility["id"] for facility in listed} == {facility["id"] for facility in made}
        history = (await world.get(f"/facilities/{closed['id']}")).json()
        assert history["area_code"] == "33.74"

    async def test_moves_what_a_later_merger_decides(self, world, work, in_transaction):
        facility = await world.facility(area_code="33.74")
        await world.made("/area-changes", CITY)
        await work()
        (item,) = await open_items(world)
        await world.post(f"/area-work-items/{item['id']}/resolve", {"area_code": "33.75"})

        await world.made("/area-changes", MERGE)
        await work()

        back = (await world.get(f"/facilities/{facility['id']}")).json()
        assert back["area_code"] == "33.74"
        async with in_transaction() as session:
            kept = await session.get(AreaWorkItem, item["id"])
            assert (kept.state, kept.area_code, kept.regency_code) == ("RESOLVED", "33.75", "33.74")


CITY_RECODED = {
    "kind": "RECODE",
    "decree": "Kepmendagri (contoh)",
    "valid_from": "2023-01-01",
    "from_codes": ["33.74"],
    "to": [{"code": "33.76", "name": "Kota Semarang"}],
}
CITY_DIVIDED = CITY | {"to": [{"code": f"33.7{n}", "name": f"Kota {n}"} for n in (5, 6)]}
OFFICE = {
    "issuer": "balai:people",
    "subject": "ibu-sari",
    "label": "Dinas Kota Semarang",
    "role": "REGIONAL_OFFICER",
    "areas": ["33.74"],
    "valid_from": "2022-01-01",
}


class TestSettleAssignments:
    async def shown(self, world, assignment: dict) -> dict:
        return (await world.get(f"/assignments/{assignment['id']}")).json()

    async def test_an_office_keeps_its_centres_when_its_area_is_re_coded(
        self, world, work, login, in_transaction
    ):
        facility = await world.facility(area_code="33.74")
        made = await world.made("/assignments", OFFICE | {"areas": ["33.73", "33.74"]})
        province = await world.made("/assignments", OFFICE | {"areas": ["33"], "subject": "p"})
        over = await world.made("/assignments", OFFICE | {"valid_to": "2022-12-31"})

        change = await world.made("/area-changes", CITY_RECODED)
        await work()

        job = (await world.get(f"/jobs/{change['job_id']}")).json()
        assert (job["result"]["assignments"], job["result"]["assignments_left"]) == (1, 0)
        now = await self.shown(world, made)
        assert (now["areas"], now["version"]) == (["33.73", "33.76"], 2)
        assert await self.shown(world, province) == province
        assert await self.shown(world, over) == over
        closed = await world.post(f"/facilities/{facility['id']}/close", by=login("ibu-sari"))
        assert closed.status_code == 200, closed.text
        listed = await world.get("/assignments", by=world.officer("33.76"))
        assert [each["id"] for each in listed.json()["items"]] == [made["id"]]
        async with in_transaction() as session:
            told = select(Event).where(Event.stream_id == made["id"]).order_by(Event.xid, Event.id)
            events = (await session.scalars(told)).all()
        assert events[-1].topic == "registry.assignment.changed"
        assert events[-1].payload["areas"] == ["33.73", "33.76"]

    async def test_it_acts_for_all_that_came_of_its_area(self, world, work):
        made = await world.made("/assignments", OFFICE)

        await world.made("/area-changes", CITY_DIVIDED)
        await work()

        assert (await self.shown(world, made))["areas"] == ["33.75", "33.76"]

    async def test_it_is_assigned_before_its_area_is_there(self, world):
        await world.made("/area-changes", CITY_RECODED | {"valid_from": "2099-01-01"})
        office = OFFICE | {"areas": ["33.76"]}

        early = await world.post("/assignments", office)
        due = await world.post("/assignments", office | {"valid_from": "2099-01-01"})

        assert (early.status_code, early.json()["code"]) == (422, "unknown-area")
        assert due.status_code == 201, due.text

    async def test_it_keeps_what_a_split_leaves_it(self, world, work):
        made = await world.made("/assignments", OFFICE)

        await world.made("/area-changes", CITY)
        await work()

        assert await self.shown(world, made) == made

    async def test_of_two_that_become_the_same_one_ends(self, world, work, monkeypatch):
        monkeypatch.setattr("services.registry.area_changes.jobs._CHUNK", 1)
        first = await world.made("/assignments", OFFICE)
        second = await world.made("/assignments", OFFICE | {"areas": ["33.73"]})
        merged = MERGE | {"from_codes": ["33.73", "33.74"], "to": CITY_RECODED["to"]}

        await world.made("/area-changes", merged)
        await work()

        kept, ended = await self.shown(world, first), await self.shown(world, second)
        assert (kept["areas"], kept["revoked_at"]) == (["33.76"], None)
        assert (ended["areas"], ended["revoke_reason"]) == (["33.73"], "merged")
        assert ended["revoked_by"] == "balai:registry|worker"

    async def test_what_ended_without_a_successor_is_counted(self, world, work, in_transaction):
        made = await world.made("/assignments", OFFICE)
        async with in_transaction() as session:
            await end_areas(session, ["33.74"], valid_from=ledger_day(utc_now()))
            job_id = await order_settling(
                session, valid_from=ledger_day(utc_now()), due_at=utc_now()
            )

        await work()

        job = (await world.get(f"/jobs/{job_id}")).json()
        assert (job["result"]["assignments"], job["result"]["assignments_left"]) == (0, 1)
        assert await self.shown(world, made) == made
