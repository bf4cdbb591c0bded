"""Hours of a production house for a referral: held, confirmed, given up, one winner of a race."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text, update

from services.registry.bookings.tables import Booking
from services.registry.referral_bookings.jobs import release_referral_holds
from services.registry.worker import create_worker
from shared.clock import utc_now
from shared.ids import new_id
from shared.scope import Role

MONDAY = datetime(2077, 2, 8, 1, tzinfo=UTC)  # 08:00 WIB


@pytest.fixture
async def body(world) -> dict:
    house = await world.facility(kind="PRODUCTION_HOUSE", owner_ministry="MSME")
    space = await world.space(house["id"], capacity=4)
    ends = MONDAY + timedelta(hours=4)
    return {
        "participant_id": str(new_id()),
        "space_id": space["id"],
        "people": 2,
        "slots": [{"starts_at": MONDAY.isoformat(), "ends_at": ends.isoformat()}],
    }


@pytest.fixture
def book(world):
    async def put(body: dict, referral_id=None, *, role: Role = Role.SERVICE):
        path = f"/v1/referral-bookings/{referral_id or new_id()}"
        return await world.registry.put(path, json=body, headers=world.auth(role))

    return put


@pytest.fixture
def say(world):
    """Return the function that confirms or releases: `say("confirm", referral_id, booked)`."""

    async def post(verb: str, referral_id, booked: dict):
        return await world.post(
            f"/referral-bookings/{referral_id}/{verb}",
            {"booking_id": booked["booking_id"]},
            by=world.auth(Role.SERVICE),
        )

    return post


@pytest.fixture
def states(in_transaction):
    """Return the function that reads the states of all slots, in the order they were asked for."""

    async def read() -> list[str]:
        statement = text(
            "SELECT slot.state FROM registry.booking_slot slot"
            " JOIN registry.booking booking ON booking.id = slot.booking_id"
            " ORDER BY booking.requested_at, slot.position"
        )
        async with in_transaction() as session:
            return list((await session.scalars(statement)).all())

    return read


class TestBookForReferral:
    async def test_gives_hours_at_once_and_the_same_to_the_same(self, world, body, book, states):
        referral = new_id()
        first = await book(body, referral)
        again = await book(body, referral)

        assert first.status_code == 200, first.text
        assert again.json() == first.json()
        held = datetime.fromisoformat(first.json()["hold_until"]) - utc_now()
        assert timedelta(minutes=14) < held <= timedelta(minutes=15)
        assert await states() == ["APPROVED"]
        booking = (await world.get(f"/bookings/{first.json()['booking_id']}")).json()
        assert (booking["purpose"], booking["participant_id"]) == (
            "ENTREPRENEUR",
            body["participant_id"],
        )

    async def test_takes_other_hours_in_the_place_of_the_first(self, body, book, states):
        referral = new_id()
        first = (await book(body, referral)).json()
        second = (await book({**body, "people": 3}, referral)).json()

        assert second["booking_id"] != first["booking_id"]
        assert sorted(await states()) == ["APPROVED", "CANCELLED"]

    async def test_lets_one_of_two_have_the_last_hours(self, body, book):
        answers = await asyncio.gather(*(book(body) for _ in range(4)))

        assert sorted(each.status_code for each in answers) == [200, 409, 409, 409]
        refused = [each.json()["code"] for each in answers if each.status_code == 409]
        assert refused == ["space-taken"] * 3

    async def test_refuses_what_nobody_can_have(self, world, body, book):
        hall = await world.space((await world.facility())["id"])
        past = [{"starts_at": "2026-02-02T01:00:00Z", "ends_at": "2026-02-02T05:00:00Z"}]

        elsewhere = await book({**body, "space_id": hall["id"]})
        crowd = await book({**body, "people": 5})
        over = await book({**body, "slots": past})
        stranger = await book(body, role=Role.NATIONAL_ADMIN)

        assert (elsewhere.status_code, elsewhere.json()["code"]) == (422, "not-production-house")
        assert (crowd.status_code, crowd.json()["code"]) == (422, "booking-over-capacity")
        assert (over.status_code, over.json()["code"]) == (422, "booking-slot-past")
        assert stranger.status_code == 403


class TestConfirmAndRelease:
    async def test_keeps_what_is_confirmed_and_frees_what_is_given_up(
        self, world, body, book, say, states
    ):
        referral = new_id()
        booked = (await book(body, referral)).json()

        kept = await say("confirm", referral, booked)
        again = await say("confirm", referral, booked)
        taken = await world.post(f"/bookings/{booked['booking_id']}/cancel", {"reason": "Tutup"})
        freed = await say("release", referral, booked)
        gone = await say("confirm", referral, booked)

        assert (kept.status_code, again.status_code) == (200, 200)
        assert (taken.status_code, taken.json()["code"]) == (409, "booking-of-referral")
        assert (freed.status_code, freed.json()["state"]) == (200, "RELEASED")
        assert (await say("release", referral, booked)).status_code == 200
        assert (gone.status_code, gone.json()["code"]) == (404, "referral-not-booked")
        assert await states() == ["CANCELLED"]
        assert (await book(body)).status_code == 200

    async def test_takes_back_what_nobody_confirmed(
        self, body, book, say, states, registry, in_transaction
    ):
        referral, other = new_id(), new_id()
        lapsed = (await book(body, referral)).json()
        later = MONDAY + timedelta(days=1)
        slots = [
            {"starts_at": later.isoformat(), "ends_at": (later + timedelta(hours=4)).isoformat()}
        ]
        kept = (await book({**body, "slots": slots}, other)).json()
        await say("confirm", other, kept)
        async with in_transaction() as session:
            past = utc_now() - timedelta(seconds=1)
            await session.execute(
                update(Booking).where(Booking.hold_until.is_not(None)).values(hold_until=past)
            )

        async with create_worker(registry.state["settings"]).context() as context:
            await release_referral_holds(context)

        assert await states() == ["CANCELLED", "APPROVED"]
        assert (await say("confirm", referral, lapsed)).status_code == 404
