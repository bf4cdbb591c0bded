"""Merging over HTTP: what is refused, what becomes of ids and codes."""

import pytest
from sqlalchemy import select

from services.registry.base import Event
from shared.ids import new_id
from shared.scope import Role

REASON = "Satu balai terdaftar dua kali (DATA SINTETIS)"


async def merge(world, gone: dict, stays: dict, *, mode="commit", by=None, key=None):
    body = {"into_id": stays["id"], "reason": REASON}
    return await world.post(
        f"/facilities/{gone['id']}/merge", body, by=by, key=key, params={"mode": mode}
    )


async def merged(world, gone: dict, stays: dict) -> dict:
    response = await merge(world, gone, stays)
    assert response.status_code == 200, response.text
    return response.json()


def refusal(response) -> tuple[int, str]:
    return response.status_code, response.json()["code"]


@pytest.fixture
async def pair(world) -> tuple[dict, dict]:
    gone = await world.facility(code="F-1", trades=["BAKERY"], address="Jl. Melati 1")
    return gone, await world.facility(code="F-2", trades=["WELDING"])


class TestMergeFacility:
    async def test_lets_the_old_id_and_code_answer_with_the_one_that_stays(self, world, pair):
        gone, stays = pair

        told = await merged(world, gone, stays)
        response = await world.get(
            f"/facilities/{gone['id']}", headers={"If-None-Match": f'"{stays["version"] + 1}"'}
        )
        present = response.json()
        by_code = (await world.get("/facilities", code="F-1")).json()["items"]
        by_scheme = (await world.get("/facilities", external_code="BALAI:F-1")).json()["items"]

        assert response.status_code == 200
        assert (present["id"], present["trades"]) == (stays["id"], ["BAKERY", "WELDING"])
        assert present["address"] == "Jl. Melati 1"
        assert response.headers["Content-Location"].endswith(f"/v1/facilities/{stays['id']}")
        assert [each["id"] for each in (*by_code, *by_scheme)] == [stays["id"]] * 2
        assert told["aliases"] == ["F-1"]
        assert {each["member"]: each["filled"] for each in told["facts"]} == {
            "trades": True,
            "address": True,
        }

    async def test_refuses_operations_on_the_old_id_and_names_the_one_that_stays(self, world, pair):
        gone, stays = pair
        await merged(world, gone, stays)
        path = f"/facilities/{gone['id']}"
        space = {"name": "Ruang", "capacity": 10}

        refused = [
            await world.patch(path, {"name": "X"}, headers={"If-Match": "*"}),
            await world.post(f"{path}/activate"),
            await world.post(f"{path}/spaces", space),
            await world.get(f"{path}/spaces"),
            await merge(world, gone, await world.facility()),
        ]

        assert [refusal(each) for each in refused] == [(409, "facility-merged")] * len(refused)
        assert refused[0].json()["stays"] == {"id": stays["id"], "code": "F-2"}

    async def test_closes_the_one_that_goes_and_tells_of_it(self, world, pair, in_transaction):
        gone, stays = pair
        await world.space(gone["id"], name="Aula")
        await world.space(stays["id"], name="Aula")

        done = await merged(world, gone, stays)

        history = (await world.get(f"/facilities/{gone['id']}/history")).json()["items"]
        assert (history[0]["status"], history[0]["reason"]) == ("CLOSED", REASON)
        async with in_transaction() as session:
            rows = (await session.scalars(select(Event).order_by(Event.xid, Event.id))).all()
        (told,) = [each for each in rows if each.topic == "registry.facility.merged"]
        assert str(told.stream_id) == done["id"]
        assert told.payload["stays"]["facility_id"] == stays["id"]
        assert list(told.payload["spaces"].values()) == ["Aula (F-1)"]
        turned = [each for each in rows if each.topic == "registry.facility.status_changed"]
        assert turned[-1].payload["before"]["status"] == "ACTIVE"
        assert turned[-1].payload["after"]["status"] == "CLOSED"

    async def test_follows_chains(self, world, pair):
        gone, between = pair
        stays = await world.facility(code="F-3")

        await merged(world, gone, between)
        told = await merged(world, between, stays)

        assert told["aliases"] == ["F-2", "F-1"]
        for each in (gone, between):
            assert (await world.get(f"/facilities/{each['id']}")).json()["id"] == stays["id"]
            found = (await world.get("/facilities", code=each["code"])).json()["items"]
            assert [facility["id"] for facility in found] == [stays["id"]]

    async def test_refuses_itself_cycles_and_what_is_closed(self, world, pair):
        one, other = pair
        closed = await world.facility()
        await world.post(f"/facilities/{closed['id']}/close")
        third = await world.facility()

        assert refusal(await merge(world, one, one)) == (422, "facility-merge-itself")
        assert refusal(await merge(world, one, closed)) == (409, "facility-closed")
        assert refusal(await merge(world, closed, one)) == (409, "facility-closed")
        unknown = {"id": str(new_id())}
        assert refusal(await merge(world, unknown, one)) == (404, "facility-not-found")
        assert refusal(await merge(world, one, unknown)) == (422, "facility-merge-target-unknown")
        await merged(world, one, other)
        assert refusal(await merge(world, other, one)) == (409, "facility-merge-cycle")
        assert refusal(await merge(world, third, one)) == (409, "facility-merged")

    async def test_moves_what_belongs_to_the_one_that_goes(self, world, pair):
        gone, stays = pair
        child = await world.facility(parent_id=gone["id"])

        assert refusal(await merge(world, gone, child)) == (409, "facility-merge-into-child")
        await merged(world, gone, stays)

        present = (await world.get(f"/facilities/{child['id']}")).json()
        assert (present["parent_id"], present["version"]) == (stays["id"], 2)

    async def test_is_done_once(self, world, pair):
        gone, stays = pair

        first = await merge(world, gone, stays, key="k")
        again = await merge(world, gone, stays, key="k")

        assert (first.status_code, again.content) == (200, first.content)
        assert again.headers["Idempotency-Replayed"] == "true"

    async def test_is_for_who_may_change_both(self, world):
        gone = await world.facility(owner_ministry="MSME")
        stays = await world.facility(owner_ministry="MANPOWER")
        msme = world.auth(Role.PROGRAM_MANAGER, ministries=["MSME"])

        for mode in ("validate", "commit"):
            for pair in ((gone, stays), (stays, gone)):
                response = await merge(world, *pair, mode=mode, by=msme)
                assert refusal(response) == (403, "out-of-scope")
        assert (await merge(world, gone, stays, by=world.officer("33"))).status_code == 403

    async def test_takes_a_mode_a_reason_and_a_target(self, world, pair):
        gone, stays = pair
        path, body = f"/facilities/{gone['id']}/merge", {"into_id": stays["id"], "reason": REASON}

        assert (await world.post(path, body)).status_code == 422
        for wrong in ({"into_id": stays["id"]}, {**body, "reason": "x"}, {**body, "more": 1}):
            response = await world.post(path, wrong, params={"mode": "commit"})
            assert response.status_code == 422

    async def test_supersedes_proposals_and_moves_those_who_act_there(self, world, pair):
        gone, stays = pair
        proposal = {"target": "FACILITY", "target_id": gone["id"], "reason": "Nama lain"}
        made = await world.made("/proposals", {**proposal, "change": {"name": "Balai Lain"}})
        assignment = {
            "issuer": "balai:people",
            "subject": "kepala",
            "label": "Kepala balai (DATA SINTETIS)",
            "role": "FACILITY_OPERATOR",
            "facilities": [gone["id"]],
        }
        assigned = await world.made("/assignments", assignment)

        told = await merged(world, gone, stays)

        things = {each["table"]: (each["moves"], each["stays"]) for each in told["things"]}
        assert (things["proposal"], things["assignment"]) == ((0, 1), (1, 0))
        present = (await world.get(f"/proposals/{made['id']}")).json()
        assert present["state"] == "SUPERSEDED"
        acting = (await world.get(f"/assignments/{assigned['id']}")).json()
        assert acting["facilities"] == [stays["id"]]
