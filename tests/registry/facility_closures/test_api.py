import asyncio

import pytest

from shared.ids import new_id

SLOT = {"starts_at": "2077-05-03T01:00:00Z", "ends_at": "2077-05-03T05:00:00Z"}


@pytest.fixture
async def space(world) -> dict:
    return await world.space((await world.facility())["id"])


async def asked(world, space) -> dict:
    body = {"space_id": space["id"], "ministry": "MANPOWER", "purpose": "MINISTRY"}
    return await world.made("/bookings", {**body, "people": 1, "slots": [SLOT]})


class TestCloseFacility:
    async def test_names_what_stands_in_the_way(self, world, space):
        path = f"/facilities/{space['facility_id']}/close"
        booking = await asked(world, space)
        await world.post(f"/bookings/{booking['id']}/approve")

        refused = await world.post(path)
        await world.post(f"/bookings/{booking['id']}/cancel", {"reason": "Balai ditutup"})
        closed = await world.post(path, {"reason": "Gedung dijual"})

        assert (refused.status_code, refused.json()["code"]) == (409, "facility-booked")
        assert refused.json()["clashes"] == [
            {
                "space_id": space["id"],
                "starts_at": "2077-05-03T01:00:00+00:00",
                "ends_at": "2077-05-03T05:00:00+00:00",
            }
        ]
        assert (closed.status_code, closed.json()["status"]) == (200, "CLOSED")

    async def test_leaves_requests_that_can_only_be_refused(self, world, space):
        booking = await asked(world, space)

        closed = await world.post(f"/facilities/{space['facility_id']}/close")
        approved = await world.post(f"/bookings/{booking['id']}/approve")
        refused = await world.post(f"/bookings/{booking['id']}/refuse", {"reason": "Balai ditutup"})

        assert closed.status_code == 200
        assert (approved.status_code, approved.json()["code"]) == (409, "facility-not-active")
        assert refused.status_code == 200

    async def test_does_not_mind_a_space_out_of_service(self, world, space):
        closure = {**SLOT, "reason": "Perbaikan atap"}
        await world.made(f"/spaces/{space['id']}/closures", closure)

        response = await world.post(f"/facilities/{space['facility_id']}/close")

        assert response.status_code == 200

    @pytest.mark.parametrize("verb", ["close", "suspend"])
    async def test_lets_nobody_have_a_space_meanwhile(self, world, verb):
        for _ in range(4):
            space = await world.space((await world.facility())["id"])
            booking = await asked(world, space)
            approve, turn = await asyncio.gather(
                world.post(f"/bookings/{booking['id']}/approve"),
                world.post(f"/facilities/{space['facility_id']}/{verb}"),
            )
            both = (approve.status_code, turn.status_code)
            # What was given before the facility was suspended stays given.
            possible = {(200, 409), (409, 200)} | ({(200, 200)} if verb == "suspend" else set())

            assert both in possible

    async def test_refuses_others_and_the_unknown(self, world, space):
        path = f"/facilities/{space['facility_id']}/close"
        other = await world.post(path, by=world.officer("32"))
        unknown = await world.post(f"/facilities/{new_id()}/close")

        assert [each.status_code for each in (other, unknown)] == [403, 404]
