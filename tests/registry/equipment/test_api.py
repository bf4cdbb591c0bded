import pytest
from sqlalchemy import event as sql_event
from sqlalchemy import select

from services.registry.base import Event
from shared.ids import new_id
from shared.scope import Role
from tests.registry.contacts.test_api import change

BODY = {"name": "Mesin las", "trade": "WELDING", "quantity": 8, "condition": "GOOD"}


@pytest.fixture
async def path(world) -> str:
    facility = await world.facility(area_code="33.73")
    return f"/facilities/{facility['id']}/equipment"


async def told(in_transaction) -> list[tuple]:
    async with in_transaction() as session:
        rows = (await session.scalars(select(Event).order_by(Event.xid, Event.id))).all()
    return [
        (row.version, row.payload["before"], row.payload["after"])
        for row in rows
        if row.topic == "registry.facility.equipment_changed"
    ]


class TestEquipment:
    async def test_is_added_changed_and_removed(self, world, path, in_transaction):
        space = await world.space(path.split("/")[2])
        made = await world.post(path, {**BODY, "space_id": space["id"], "asset_code": "3.08/1"})
        one = f"{path}/{made.json()['id']}"

        changed = await change(world, "PATCH", one, {"quantity": 6, "condition": "MAJOR_DAMAGE"})
        unchanged = await change(world, "PATCH", one, {"quantity": 6}, match='"2"')
        read = await world.get(one)
        known = await world.get(one, headers={"If-None-Match": '"2"'})
        removed = await change(world, "DELETE", one, match='"2"')

        assert made.status_code == 201
        assert made.headers["location"] == f"http://balai.test/registry/v1{one}"
        assert changed.json() == read.json() == unchanged.json()
        assert (read.json()["quantity"], read.json()["space_id"]) == (6, space["id"])
        assert (known.status_code, removed.status_code) == (304, 204)
        assert (await world.get(one)).status_code == 404
        good = {"trade": "WELDING", "quantity": 8, "condition": "GOOD"}
        bad = {"trade": "WELDING", "quantity": 6, "condition": "MAJOR_DAMAGE"}
        assert await told(in_transaction) == [(1, None, good), (2, good, bad), (3, bad, None)]

    @pytest.mark.parametrize(
        ("facts", "code"),
        [
            ({"quantity": 0}, "validation-failed"),
            ({"condition": "RUSAK"}, "validation-failed"),
            ({"trade": "las"}, "validation-failed"),
            ({"name": " "}, "validation-failed"),
            ({"colour": "red"}, "validation-failed"),
            ({"space_id": str(new_id())}, "equipment-space-unknown"),
        ],
    )
    async def test_refuses_what_is_wrong(self, world, path, facts, code):
        response = await world.post(path, {**BODY, **facts})

        assert (response.status_code, response.json()["code"]) == (422, code)
        assert (await world.get(path)).json()["items"] == []

    async def test_refuses_a_space_of_another_facility(self, world, path):
        other = await world.facility()
        space = await world.space(other["id"])
        made = (await world.post(path, BODY)).json()

        added = await world.post(path, {**BODY, "space_id": space["id"]})
        moved = await change(world, "PATCH", f"{path}/{made['id']}", {"space_id": space["id"]})

        assert {each.json()["code"] for each in (added, moved)} == {"equipment-space-unknown"}

    @pytest.mark.parametrize(
        ("body", "match", "status"),
        [
            ({"name": None}, '"1"', 422),
            ({"quantity": -1}, '"1"', 422),
            ({"quantity": 2}, '"2"', 412),
            ({"quantity": 2}, None, 428),
        ],
    )
    async def test_refuses_a_change_that_is_wrong(self, world, path, body, match, status):
        made = (await world.post(path, BODY)).json()

        response = await change(world, "PATCH", f"{path}/{made['id']}", body, match=match)

        assert response.status_code == status
        assert (await world.get(f"{path}/{made['id']}")).json() == made

    async def test_is_refused_elsewhere_and_for_what_is_closed_or_unknown(self, world, path):
        made = (await world.post(path, BODY, key="k-1")).json()
        one, by = f"{path}/{made['id']}", world.officer("32")
        refused = [
            await world.post(path, BODY, by=by),
            await change(world, "PATCH", one, {"quantity": 2}, by=by),
            await change(world, "DELETE", one, by=by),
            await world.post(path, BODY, by=world.auth(Role.AUDITOR)),
            await world.post(f"/facilities/{new_id()}/equipment", BODY),
            await world.get(f"/facilities/{new_id()}/equipment"),
            await change(world, "DELETE", f"{path}/{new_id()}"),
            await world.post(path, {**BODY, "id": made["id"]}),
        ]
        repeated = await world.post(path, BODY, key="k-1")
        await world.post(path.replace("equipment", "close"))
        refused.append(await change(world, "PATCH", one, {"quantity": 2}))

        assert [each.status_code for each in refused] == [
            *(403, 403, 403, 403),
            *(404, 404, 404),
            *(409, 409),
        ]
        assert repeated.json() == made
        assert (await world.get(path, by=by)).json()["items"] == [made]

    @pytest.mark.parametrize(
        ("filters", "found"),
        [
            ({}, ["Laptop", "Mesin jahit", "Mesin las"]),
            ({"trade": "ICT"}, ["Laptop"]),
            ({"condition": "MINOR_DAMAGE"}, ["Mesin jahit"]),
            ({"asset_code": "A-1"}, ["Laptop"]),
            ({"q": "jahi"}, ["Mesin jahit"]),
            ({"q": "mesin", "trade": "WELDING"}, ["Mesin las"]),
            ({"space_id": str(new_id())}, []),
            ({"q": "ab"}, None),
            ({"condition": "NEW"}, None),
            ({"kind": "X"}, None),
        ],
    )
    async def test_is_narrowed_by_what_is_asked(self, world, path, filters, found):
        await world.post(path, BODY)
        await world.post(path, {"name": "Laptop", "trade": "ICT", "asset_code": "A-1"})
        await world.post(path, {"name": "Mesin jahit", "condition": "MINOR_DAMAGE"})

        response = await world.get(path, **filters)

        if found is None:
            assert response.status_code in (400, 422)
        else:
            assert [each["name"] for each in response.json()["items"]] == found

    async def test_is_paged_in_a_constant_number_of_statements(self, world, path):
        for _ in range(4):
            await world.post(path, BODY)
        engine = world.registry.state["sessions"].kw["bind"].sync_engine
        counts = []

        def note(*_) -> None:
            counts[-1] += 1

        sql_event.listen(engine, "before_cursor_execute", note)
        items = []
        try:
            for limit in (1, 3):
                counts.append(0)
                page = (await world.get(path, limit=limit)).json()
            while True:
                items += page["items"]
                if page["next"] is None:
                    break
                following = page["next"].removeprefix("http://balai.test/registry")
                page = (await world.registry.get(following, headers=world.admin)).json()
        finally:
            sql_event.remove(engine, "before_cursor_execute", note)

        assert len({each["id"] for each in items}) == 4
        assert counts[0] == 3
