import asyncio

import pytest
from sqlalchemy import select

from services.registry.base import Event
from services.registry.person_records.operations import erase_person, read_records
from shared.clock import utc_now
from shared.ids import new_id


def tenant(**facts) -> dict:
    return {"business_ref": f"usaha-{new_id()}", "joined_on": "2025-03-01", **facts}


@pytest.fixture
async def incubator(world) -> dict:
    centre = await world.facility(kind="BLKK", area_code="33.73")
    return await world.made(
        f"/facilities/{centre['id']}/incubators",
        {
            "decree_number": "KEP.7/2025",
            "decreed_on": "2025-01-01",
            "valid_from": "2025-01-01",
            "valid_to": "2035-12-31",
            "capacity": 2,
        },
    )


@pytest.fixture
def path(incubator) -> str:
    return f"/incubators/{incubator['id']}/tenants"


async def told(in_transaction) -> list[tuple]:
    async with in_transaction() as session:
        statement = (
            select(Event)
            .where(Event.topic.startswith("registry.tenant."))
            .order_by(Event.xid, Event.id)
        )
        return [
            (
                event.topic.rpartition(".")[2],
                event.payload["before"],
                event.payload["after"],
                event.payload["result"],
            )
            for event in (await session.scalars(statement)).all()
        ]


class TestJoinTenant:
    async def test_follows_a_tenant_from_joining_to_graduation(
        self, world, incubator, path, in_transaction
    ):
        person = str(new_id())
        body = tenant(participant_id=person)
        first = await world.post(path, body, by=world.officer("33"), key="k-1")

        again = await world.post(path, body, by=world.officer("33"), key="k-1")
        one = f"{path}/{first.json()['id']}"
        graduation = {"graduated_on": "2026-01-31", "result": "SELF_RELIANT"}
        early = await world.post(f"{one}/graduate", graduation)
        skipped = await world.post(f"{one}/advance", {"stage": "POST_INCUBATION"})
        advanced = await world.post(f"{one}/advance", {"stage": "INCUBATION"})
        before_joining = {**graduation, "graduated_on": "2025-02-28"}
        wrong_day = await world.post(f"{one}/graduate", before_joining)
        graduated = await world.post(f"{one}/graduate", graduation)
        left = await world.post(f"{one}/leave", {"left_on": "2026-02-01"})

        assert first.status_code == 201, first.text
        assert again.content == first.content
        assert (early.status_code, early.json()["code"]) == (409, "tenant-status-refused")
        assert (skipped.json()["present"], skipped.json()["allowed"]) == (
            "PRE_INCUBATION",
            ["INCUBATION"],
        )
        assert advanced.json()["stage"] == "INCUBATION"
        assert wrong_day.json()["code"] == "incubation-day-invalid"
        assert (graduated.json()["status"], graduated.json()["result"]) == (
            "GRADUATED",
            "SELF_RELIANT",
        )
        assert (left.status_code, left.json()["present"]) == (409, "GRADUATED")
        assert (await world.get(f"/incubators/{incubator['id']}")).json()["tenants"] == 0
        assert await told(in_transaction) == [
            ("joined", None, "PRE_INCUBATION/IN", None),
            ("advanced", "PRE_INCUBATION/IN", "INCUBATION/IN", None),
            ("graduated", "INCUBATION/IN", "INCUBATION/GRADUATED", "SELF_RELIANT"),
        ]
        async with in_transaction() as session:
            event = await session.scalar(
                select(Event).where(Event.topic == "registry.tenant.joined")
            )
        assert str(event.participant_id) == person

    async def test_gives_the_last_place_to_one_of_many(self, world, incubator, path):
        await world.made(path, tenant())

        answers = await asyncio.gather(*(world.post(path, tenant()) for _ in range(5)))

        codes = sorted(each.status_code for each in answers)
        assert codes == [201, 409, 409, 409, 409]
        refused = next(each.json() for each in answers if each.status_code == 409)
        assert (refused["code"], refused["capacity"]) == ("incubator-full", 2)
        fewer = await world.registry.patch(
            f"/v1/incubators/{incubator['id']}",
            json={"capacity": 1},
            headers={
                **world.admin,
                "If-Match": "*",
                "Content-Type": "application/merge-patch+json",
            },
        )
        assert (fewer.status_code, fewer.json()["code"]) == (409, "incubator-full")

    @pytest.mark.parametrize(
        ("body", "status", "code"),
        [
            ({"joined_on": "2025-03-01"}, 422, "tenant-unclear"),
            (tenant(joined_on="2099-01-01"), 422, "incubation-day-invalid"),
            (tenant(joined_on="2024-12-31"), 409, "incubator-not-in-force"),
            (tenant(business_ref="3373040101900001"), 422, "validation-failed"),
            (tenant(business_ref="Warung Bu Sri"), 422, "validation-failed"),
            (tenant(name="Sri"), 422, "validation-failed"),
        ],
    )
    async def test_refuses_what_is_wrong_or_personal(self, world, path, body, status, code):
        response = await world.post(path, body)

        assert (response.status_code, response.json()["code"]) == (status, code)
        assert (await world.get(path)).json()["items"] == []

    async def test_refuses_who_is_inside_but_takes_who_has_left(self, world, path):
        person = str(new_id())
        there = await world.made(path, tenant(participant_id=person))

        inside = await world.post(path, tenant(participant_id=person))
        business = await world.post(path, tenant(business_ref=there["business_ref"]))
        same_id = await world.post(path, tenant(id=there["id"]))
        left = await world.post(f"{path}/{there['id']}/leave", {"left_on": "2025-04-01"})
        back = await world.post(path, tenant(participant_id=person))

        assert (inside.status_code, inside.json()["code"]) == (409, "tenant-inside")
        assert business.json()["code"] == "tenant-inside"
        assert same_id.json()["code"] == "tenant-id-taken"
        assert (left.json()["status"], left.json()["left_on"]) == ("LEFT", "2025-04-01")
        assert back.status_code == 201

    async def test_refuses_while_suspended_and_lets_all_go_at_the_end(
        self, world, incubator, path, in_transaction
    ):
        there = await world.made(path, tenant())
        one = f"/incubators/{incubator['id']}"
        await world.post(f"{one}/suspend")
        suspended = await world.post(path, tenant())
        too_early = await world.post(f"{one}/end", {"ended_on": "2025-02-28", "reason": "Pindah"})

        ended = await world.post(f"{one}/end", {"ended_on": "2025-06-30", "reason": "Pindah"})

        assert (suspended.status_code, suspended.json()["allowed"]) == (409, ["ACTIVE"])
        assert too_early.json()["code"] == "incubator-end-day-invalid"
        assert ended.json()["tenants"] == 0
        (found,) = (await world.get(path)).json()["items"]
        assert (found["id"], found["status"], found["left_on"]) == (
            there["id"],
            "LEFT",
            "2025-06-30",
        )
        assert (await told(in_transaction))[-1] == (
            "left",
            "PRE_INCUBATION/IN",
            "PRE_INCUBATION/LEFT",
            None,
        )

    async def test_is_refused_elsewhere_and_unknown(self, world, path):
        there = await world.made(path, tenant())
        turns = {
            "advance": {"stage": "INCUBATION"},
            "graduate": {"graduated_on": "2026-01-31", "result": "FINANCED"},
            "leave": {"left_on": "2025-04-01"},
        }

        assert (await world.post(path, tenant(), by=world.officer("32"))).status_code == 403
        assert (await world.post(f"/incubators/{new_id()}/tenants", tenant())).status_code == 404
        for verb, body in turns.items():
            elsewhere = await world.post(
                f"{path}/{there['id']}/{verb}", body, by=world.officer("32")
            )
            unknown = await world.post(f"{path}/{new_id()}/{verb}", body)
            assert elsewhere.status_code == 403
            assert (unknown.status_code, unknown.json()["code"]) == (404, "tenant-not-found")


class TestListTenants:
    async def test_narrows_pages_and_stays_within_scope(self, world, path):
        lower, higher = sorted(str(new_id()) for _ in range(2))
        first = await world.made(path, tenant(id=lower))
        second = await world.made(path, tenant(id=higher, stage="INCUBATION"))
        await world.post(f"{path}/{first['id']}/leave", {"left_on": "2025-04-01"})

        async def ids(by=None, **filters) -> list[str]:
            page = (await world.get(path, by=by, **filters)).json()
            return [each["id"] for each in page["items"]]

        assert await ids(status="IN") == [second["id"]]
        assert await ids(stage="PRE_INCUBATION") == [first["id"]]
        assert await ids(by=world.officer("33")) == [first["id"], second["id"]]
        assert await ids(by=world.officer("32")) == []
        page = (await world.get(path, limit=1)).json()
        rest = page["next"].removeprefix("http://balai.test/registry")
        following = (await world.registry.get(rest, headers=world.admin)).json()["items"]
        assert [each["id"] for each in following] == [second["id"]]
        assert (await world.get(f"/incubators/{new_id()}/tenants")).status_code == 404


class TestErasure:
    async def test_leaves_the_tenancy_to_nobody(self, world, path, in_transaction):
        person = new_id()
        made = await world.made(path, tenant(participant_id=str(person)))
        async with in_transaction() as session:
            before = await read_records(session, person)
            erasure = await erase_person(session, person, now=utc_now())
        async with in_transaction() as session:
            after = await read_records(session, person)
            again = await erase_person(session, person, now=utc_now())

        assert [each["id"] for each in before.records["incubator_tenant"]] == [made["id"]]
        assert set(after.records) == {"person_erasure"}
        assert erasure.rows == again.rows == {"booking": 0, "incubator_tenant": 1}
        (kept,) = (await world.get(path)).json()["items"]
        assert kept["business_ref"] is None
        assert kept["participant_id"] not in (None, str(person))
