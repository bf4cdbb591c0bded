from datetime import timedelta

import pytest
from sqlalchemy import select

from services.registry.base import Event
from shared.clock import utc_now
from shared.scope import Role


def slot(*, days: int, hours: int = 2) -> dict:
    """Return a slot that begins so many days from now, or began before."""
    begins = utc_now().replace(microsecond=0) + timedelta(days=days, minutes=-30)
    return {
        "starts_at": begins.isoformat(),
        "ends_at": (begins + timedelta(hours=hours)).isoformat(),
    }


@pytest.fixture
async def space(world) -> dict:
    return await world.space((await world.facility())["id"])


@pytest.fixture
async def booking(world, space) -> dict:
    """Return a booking whose first slot is under way and whose second is tomorrow."""
    body = {"space_id": space["id"], "ministry": "MANPOWER", "purpose": "MINISTRY", "people": 9}
    slots = [slot(days=0), slot(days=1)]
    asked = await world.made("/bookings", {**body, "slots": slots})
    answer = await world.post(f"/bookings/{asked['id']}/approve")
    assert answer.status_code == 200, answer.text
    return answer.json()


def states(response) -> list[str]:
    return [each["state"] for each in response.json()["slots"]]


class TestUseSlot:
    async def test_counts_its_hours_once(self, world, booking, in_transaction):
        path = f"/bookings/{booking['id']}/slots/0/use"

        used = await world.post(path)
        again = await world.post(path)

        assert (states(used), used.json()["version"]) == (["USED", "APPROVED"], 3)
        assert (again.status_code, again.json()["code"]) == (409, "booking-state-refused")
        assert (again.json()["state"], again.json()["allowed"]) == ("USED", [])
        async with in_transaction() as session:
            told = select(Event).where(Event.topic == "registry.booking_slot.used")
            event = (await session.scalars(told)).one()
        assert sum(event.payload["minutes"].values()) == 120
        assert event.payload["ministry"] == event.payload["owner_ministry"] == "MANPOWER"

    async def test_waits_until_it_has_begun(self, world, booking):
        response = await world.post(f"/bookings/{booking['id']}/slots/1/use")

        assert (response.status_code, response.json()["code"]) == (409, "booking-slot-not-begun")

    async def test_is_said_by_those_whose_space_it_is(self, world, booking):
        path = f"/bookings/{booking['id']}/slots/0/use"
        centre = world.auth(Role.FACILITY_OPERATOR, facilities=[booking["facility_id"]])

        codes = [
            (await world.post(path, by=world.officer("32"))).status_code,
            (await world.post(path, by=world.officer("33", "MSME"))).status_code,
            (await world.post(f"/bookings/{booking['id']}/slots/2/use")).status_code,
            (await world.post(path, by=centre)).status_code,
        ]

        assert codes == [404, 404, 404, 200]


class TestMissSlot:
    async def test_keeps_that_nobody_came(self, world, booking):
        response = await world.post(f"/bookings/{booking['id']}/slots/0/no-show")

        assert states(response) == ["NO_SHOW", "APPROVED"]


class TestCancelSlot:
    async def test_takes_the_booking_along_with_the_last(self, world, booking):
        path = f"/bookings/{booking['id']}/slots"

        first = await world.post(f"{path}/0/cancel")
        last = await world.post(f"{path}/1/cancel")

        assert (first.json()["state"], states(first)) == ("APPROVED", ["CANCELLED", "APPROVED"])
        assert (last.json()["state"], states(last)) == ("CANCELLED", ["CANCELLED", "CANCELLED"])


class TestListBusyTimes:
    async def test_tells_when_and_not_who_and_goes_on_where_the_page_ended(
        self, world, space, booking
    ):
        path = f"/spaces/{space['id']}/calendar"
        span = {"from": slot(days=-1)["starts_at"], "to": slot(days=9)["ends_at"]}
        officer = world.officer("32", "MSME")

        first = await world.get(path, by=officer, limit=1, **span)
        rest = first.json()["next"].removeprefix("http://balai.test/registry")
        second = await world.registry.get(rest, headers=officer)

        found = first.json()["items"] + second.json()["items"]
        assert found == [
            {"starts_at": each["starts_at"], "ends_at": each["ends_at"], "kind": "BOOKED"}
            for each in booking["slots"]
        ]

    async def test_refuses_a_period_that_ends_before_it_begins(self, world, space):
        moment = "2027-05-03T00:00:00Z"

        response = await world.get(
            f"/spaces/{space['id']}/calendar", **{"from": moment, "to": moment}
        )

        assert response.status_code == 422
