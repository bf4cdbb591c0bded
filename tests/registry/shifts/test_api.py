import pytest
from sqlalchemy import select

from services.registry.base import Event
from shared.ids import new_id
from tests.registry.contacts.test_api import change

BODY = {"name": "MORNING", "starts": "08:00", "ends": "12:00", "capacity": 48}


@pytest.fixture
async def path(world) -> str:
    facility = await world.facility(area_code="33.73")
    return f"/facilities/{facility['id']}/shifts"


class TestShifts:
    async def test_are_added_changed_and_removed(self, world, path, in_transaction):
        made = await world.post(path, BODY)
        one = f"{path}/{made.json()['id']}"
        await world.post(path, {**BODY, "name": "FULL_DAY", "ends": "16:00"})

        changed = await change(world, "PATCH", one, {"ends": "11:30", "capacity": 40})
        unchanged = await change(world, "PATCH", one, {"capacity": 40}, match='"2"')
        listed = (await world.get(path)).json()["items"]
        known = await world.get(one, headers={"If-None-Match": '"2"'})
        removed = await change(world, "DELETE", one, match='"2"')

        assert made.status_code == 201
        assert changed.json() == unchanged.json() == listed[1]
        assert (listed[1]["ends"], listed[1]["capacity"]) == ("11:30:00", 40)
        assert [each["name"] for each in listed] == ["FULL_DAY", "MORNING"]
        assert (known.status_code, removed.status_code) == (304, 204)
        assert (await world.get(one)).status_code == 404
        async with in_transaction() as session:
            rows = (await session.scalars(select(Event).order_by(Event.xid, Event.id))).all()
        told = [row.payload for row in rows if row.topic == "registry.facility.shifts_changed"]
        assert [(each["name"], each["capacity"]) for each in told] == [
            ("MORNING", 48),
            ("FULL_DAY", 48),
            ("MORNING", 40),
            ("MORNING", None),
        ]

    async def test_are_paged(self, world, path):
        for name in ("EVENING", "MORNING", "AFTERNOON"):
            await world.post(path, {**BODY, "name": name})

        first = (await world.get(path, limit=2)).json()
        following = first["next"].removeprefix("http://balai.test/registry")
        second = (await world.registry.get(following, headers=world.admin)).json()

        names = [each["name"] for each in first["items"] + second["items"]]
        assert names == ["AFTERNOON", "EVENING", "MORNING"]

    @pytest.mark.parametrize(
        ("facts", "code"),
        [
            ({"ends": "08:00"}, "shift-hours-invalid"),
            ({"ends": "07:00"}, "shift-hours-invalid"),
            ({"ends": "25:00"}, "validation-failed"),
            ({"starts": "08:00+07:00"}, "validation-failed"),
            ({"capacity": 0}, "validation-failed"),
            ({"name": "pagi"}, "validation-failed"),
        ],
    )
    async def test_refuse_what_is_wrong(self, world, path, facts, code):
        response = await world.post(path, {**BODY, **facts})

        assert (response.status_code, response.json()["code"]) == (422, code)
        assert (await world.get(path)).json()["items"] == []

    @pytest.mark.parametrize(
        ("body", "match", "status", "code"),
        [
            ({"name": "EVENING"}, '"1"', 409, "shift-name-taken"),
            ({"starts": "12:00"}, '"1"', 422, "shift-hours-invalid"),
            ({"capacity": None}, '"1"', 422, "validation-failed"),
            ({"capacity": 2}, '"2"', 412, "stale"),
            ({"capacity": 2}, None, 428, "precondition-required"),
        ],
    )
    async def test_refuse_a_change_that_is_wrong(self, world, path, body, match, status, code):
        made = (await world.post(path, BODY)).json()
        await world.post(path, {**BODY, "name": "EVENING"})

        response = await change(world, "PATCH", f"{path}/{made['id']}", body, match=match)

        assert (response.status_code, response.json()["code"]) == (status, code)
        assert (await world.get(f"{path}/{made['id']}")).json() == made

    async def test_are_refused_elsewhere_and_for_what_is_closed_or_unknown(self, world, path):
        made = (await world.post(path, BODY, key="k-1")).json()
        one, by = f"{path}/{made['id']}", world.officer("32")
        refused = [
            await world.post(path, BODY, by=by),
            await change(world, "PATCH", one, {"capacity": 2}, by=by),
            await change(world, "DELETE", one, by=by),
            await world.post(f"/facilities/{new_id()}/shifts", BODY),
            await world.get(f"/facilities/{new_id()}/shifts"),
            await change(world, "DELETE", f"{path}/{new_id()}"),
            await world.post(path, BODY),
            await world.post(path, {**BODY, "name": "EVENING", "id": made["id"]}),
        ]
        repeated = await world.post(path, BODY, key="k-1")
        await world.post(path.replace("shifts", "close"))
        refused.append(await change(world, "DELETE", one))

        assert [each.status_code for each in refused] == [
            *(403, 403, 403),
            *(404, 404, 404),
            *(409, 409, 409),
        ]
        assert repeated.json() == made
