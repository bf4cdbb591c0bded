import pytest
from sqlalchemy import select

from services.registry.base import Event
from shared.ids import new_id

SLOT = {"starts_at": "2077-05-03T01:00:00Z", "ends_at": "2077-05-03T05:00:00Z"}
RANGE = [{"starts_at": "2077-05-03T01:00:00+00:00", "ends_at": "2077-05-03T05:00:00+00:00"}]
CLOSURE = {
    "starts_at": "2077-05-01T00:00:00Z",
    "ends_at": "2077-07-10T00:00:00Z",
    "reason": "Perbaikan atap",
}


@pytest.fixture
async def space(world) -> dict:
    return await world.space((await world.facility())["id"])


async def patch(world, space_id: str, json: dict, *, by=None, etag: str = '"1"'):
    headers = {**(by or world.admin), "If-Match": etag}
    headers["Content-Type"] = "application/merge-patch+json"
    return await world.registry.patch(f"/v1/spaces/{space_id}", json=json, headers=headers)


async def booking(world, space: dict, *, people: int = 16) -> dict:
    body = {"space_id": space["id"], "ministry": "MANPOWER", "purpose": "MINISTRY"}
    asked = await world.made("/bookings", {**body, "people": people, "slots": [SLOT]})
    answer = await world.post(f"/bookings/{asked['id']}/approve")
    assert answer.status_code == 200, answer.text
    return answer.json()


class TestCorrectSpace:
    async def test_changes_what_is_named_and_tells(self, world, space, in_transaction):
        response = await patch(world, space["id"], {"capacity": 12, "name": "Bengkel Las"})
        read = await world.get(f"/spaces/{space['id']}")

        assert response.json() == {**space, "capacity": 12, "name": "Bengkel Las", "version": 2}
        assert (read.json(), read.headers["etag"]) == (response.json(), '"2"')
        async with in_transaction() as session:
            told = select(Event).where(Event.topic == "registry.space.changed")
            assert (await session.scalars(told)).one().payload["capacity"] == 12

    async def test_says_nothing_when_nothing_changes(self, world, space):
        response = await patch(world, space["id"], {"capacity": 20})

        assert (response.status_code, response.json()["version"]) == (200, 1)

    async def test_keeps_room_for_those_who_are_coming(self, world, space):
        await booking(world, space, people=16)

        enough = await patch(world, space["id"], {"capacity": 16})
        short = await patch(world, space["id"], {"capacity": 15}, etag='"2"')

        assert (enough.status_code, short.status_code) == (200, 409)
        assert short.json()["code"] == "space-capacity-booked"

    @pytest.mark.parametrize("body", [{"capacity": None}, {"capacity": 0}, {"floor": 1}])
    async def test_refuses_what_is_wrong(self, world, space, body):
        assert (await patch(world, space["id"], body)).status_code == 422

    async def test_asks_who_what_and_which_version(self, world, space):
        await world.space(space["facility_id"], name="Ruang A")
        change = {"name": "Ruang A"}

        answers = [
            await patch(world, space["id"], change, by=world.officer("32")),
            await patch(world, str(new_id()), change),
            await patch(world, space["id"], change, etag='"2"'),
            await patch(world, space["id"], change),
        ]

        assert [each.status_code for each in answers] == [403, 404, 412, 409]
        assert answers[-1].json()["code"] == "space-name-taken"


class TestCloseSpace:
    async def test_waits_until_nobody_has_it(self, world, space):
        held = await booking(world, space)

        refused = await world.post(f"/spaces/{space['id']}/close")
        await world.post(f"/bookings/{held['id']}/cancel", {"reason": "Ditutup"})
        closed = await world.post(f"/spaces/{space['id']}/close")
        again = await world.post(f"/spaces/{space['id']}/close")
        asked = await world.post(
            "/bookings",
            {
                "space_id": space["id"],
                "ministry": "MANPOWER",
                "purpose": "MINISTRY",
                "people": 1,
                "slots": [SLOT],
            },
        )

        assert (refused.status_code, refused.json()["code"]) == (409, "space-booked")
        assert refused.json()["clashes"] == RANGE
        assert closed.json()["closed_at"] is not None
        for response in (again, asked):
            assert (response.status_code, response.json()["code"]) == (409, "space-closed")

    async def test_refuses_an_officer_of_another_province(self, world, space):
        response = await world.post(f"/spaces/{space['id']}/close", by=world.officer("32"))

        assert (response.status_code, response.json()["code"]) == (403, "out-of-scope")


class TestTakeSpaceOutOfService:
    async def test_keeps_bookings_out_until_it_is_ended(self, world, space):
        path = f"/spaces/{space['id']}/closures"
        closure = await world.made(path, CLOSURE)
        body = {"space_id": space["id"], "ministry": "MANPOWER", "purpose": "MINISTRY"}
        body |= {"people": 1, "slots": [SLOT]}

        refused = await world.post("/bookings", body)
        calendar = await world.get(
            f"/spaces/{space['id']}/calendar",
            **{"from": "2077-01-01T00:00:00Z", "to": "2077-12-31T00:00:00Z"},
        )
        hidden = await world.get("/bookings")
        ended = await world.post(f"{path}/{closure['id']}/end")
        again = await world.post(f"{path}/{closure['id']}/end")
        asked = await world.post("/bookings", body)
        listed = await world.get(path)

        assert (refused.status_code, refused.json()["code"]) == (409, "space-taken")
        assert [each["kind"] for each in calendar.json()["items"]] == ["OUT_OF_SERVICE"] * 3
        assert hidden.json()["items"] == []
        assert (ended.json()["state"], again.status_code) == ("CANCELLED", 409)
        assert asked.status_code == 201
        assert listed.json()["items"] == [ended.json()]

    async def test_names_what_stands_in_the_way(self, world, space):
        await booking(world, space)

        response = await world.post(f"/spaces/{space['id']}/closures", CLOSURE)

        assert (response.status_code, response.json()["code"]) == (409, "space-booked")
        assert response.json()["clashes"] == RANGE

    @pytest.mark.parametrize(
        ("facts", "code"),
        [
            ({"ends_at": CLOSURE["starts_at"]}, "booking-slot-invalid"),
            ({"ends_at": "2140-01-01T00:00:00Z"}, "booking-slot-count"),
            ({"reason": ""}, "validation-failed"),
        ],
    )
    async def test_refuses_what_is_wrong(self, world, space, facts, code):
        response = await world.post(f"/spaces/{space['id']}/closures", {**CLOSURE, **facts})

        assert (response.status_code, response.json()["code"]) == (422, code)

    async def test_refuses_others_and_the_unknown(self, world, space):
        other = await world.post(f"/spaces/{space['id']}/closures", CLOSURE, by=world.officer("32"))
        nowhere = await world.post(f"/spaces/{new_id()}/closures", CLOSURE)
        unknown = await world.post(f"/spaces/{space['id']}/closures/{new_id()}/end")

        assert [each.status_code for each in (other, nowhere, unknown)] == [403, 404, 404]
