"""An agreement does not end under classes that are planned under it."""

import asyncio
from datetime import UTC, datetime

import pytest

from shared.ids import new_id
from shared.scope import Role

MONDAY = datetime(2077, 2, 8, 1, tzinfo=UTC)  # 08:00 WIB; three sessions follow from 20 hours


@pytest.fixture
async def body(world) -> dict:
    """A class in a room of its own ministry, which would need no agreement for the room."""
    facility = await world.facility()
    return {
        "facility_id": facility["id"],
        "space_id": (await world.space(facility["id"], capacity=20))["id"],
        "agreement_id": (
            await world.agreement(facility_ids=[facility["id"]], valid_to="2077-12-31")
        )["id"],
        "module_id": (await world.module(hours=20))["id"],
        "instructor_ids": [(await world.instructor(facility["id"]))["id"]],
        "starts_on": "2077-02-08",
        "starts_at": MONDAY.isoformat(),
        "ministry": "MANPOWER",
        "people": 16,
    }


@pytest.fixture
def reserve(world, body):
    async def put(class_id: str):
        return await world.registry.put(
            f"/v1/class-reservations/{class_id}", json=body, headers=world.auth(Role.SERVICE)
        )

    return put


@pytest.fixture
def end(world, body):
    async def post(day: str):
        return await world.post(
            f"/agreements/{body['agreement_id']}/terminate", {"day": day, "reason": "Selesai."}
        )

    return post


class TestEndAgreement:
    async def test_names_the_classes_that_meet_on_that_day_or_later(
        self, world, body, reserve, end
    ):
        class_id = str(new_id())
        given = (await reserve(class_id)).json()
        last = given["sessions"][-1]["ends_at"][:10]

        refused = await end(last)
        unchanged = (await world.get(f"/agreements/{body['agreement_id']}")).json()
        await world.post(
            f"/class-reservations/{class_id}/release",
            {"booking_id": given["booking_id"]},
            by=world.auth(Role.SERVICE),
        )
        ended = await end(last)

        assert (refused.status_code, refused.json()["code"]) == (409, "agreement-in-use")
        assert refused.json()["classes"] == [
            {"class_id": class_id, "facility_id": body["facility_id"]}
        ]
        assert unchanged["ended_on"] is None
        assert (ended.status_code, ended.json()["ended_on"]) == (200, last)

    async def test_may_end_on_the_day_after_the_last(self, reserve, end):
        await reserve(str(new_id()))

        assert (await end("2077-02-11")).status_code == 200

    async def test_a_class_and_the_end_never_both_come_about(self, reserve, end):
        reserved, ended = await asyncio.gather(reserve(str(new_id())), end("2077-02-09"))

        codes = {(reserved.status_code, ended.status_code)}
        assert codes <= {(200, 409), (409, 200)}
