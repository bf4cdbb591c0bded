import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text, update

from services.registry.bookings.tables import Booking
from services.registry.class_bookings.jobs import release_holds
from services.registry.worker import create_worker
from shared.clock import utc_now
from shared.ids import new_id
from shared.scope import Role

MONDAY = datetime(2077, 2, 8, 1, tzinfo=UTC)  # 08:00 WIB


def session_on(day: int, hours: int = 8) -> dict:
    starts = MONDAY + timedelta(days=day)
    return {
        "starts_at": starts.isoformat(),
        "ends_at": (starts + timedelta(hours=hours)).isoformat(),
    }


@pytest.fixture
async def body(world) -> dict:
    """Everything that a class takes, of the ministry whose facility it is."""
    facility = await world.facility()
    space = await world.space(facility["id"], capacity=20)
    agreement = await world.agreement(facility_ids=[facility["id"]], valid_to="2077-12-31")
    module = await world.module(hours=20)
    instructor = await world.instructor(facility["id"])
    return {
        "facility_id": facility["id"],
        "space_id": space["id"],
        "agreement_id": agreement["id"],
        "module_id": module["id"],
        "instructor_ids": [instructor["id"]],
        "starts_on": "2077-02-08",
        "starts_at": MONDAY.isoformat(),
        "ministry": "MANPOWER",
        "people": 16,
    }


@pytest.fixture
def reserve(world):
    async def put(body: dict, class_id=None, *, role: Role = Role.SERVICE):
        path = f"/v1/class-reservations/{class_id or new_id()}"
        return await world.registry.put(path, json=body, headers=world.auth(role))

    return put


@pytest.fixture
def say(world):
    """Return the function that confirms or releases: `say("confirm", class_id, reserved)`."""

    async def post(verb: str, class_id, reserved: dict, *, key: str | None = None):
        return await world.post(
            f"/class-reservations/{class_id}/{verb}",
            {"booking_id": reserved["booking_id"]},
            by=world.auth(Role.SERVICE),
            key=key,
        )

    return post


@pytest.fixture
def slots(in_transaction):
    """Return the function that reads the slots of all bookings: state and day."""

    async def read() -> list[tuple[str, int]]:
        statement = text(
            "SELECT state, extract(day FROM lower(during))::int AS day"
            " FROM registry.booking_slot ORDER BY during, state"
        )
        async with in_transaction() as session:
            return [(row.state, row.day) for row in (await session.execute(statement)).all()]

    return read


async def load_of(world, body: dict) -> float:
    path = f"/instructors/{body['instructor_ids'][0]}/load"
    return (await world.get(path, month="2077-02")).json()["hours"]


class TestReserveClass:
    async def test_gives_space_and_instructors_by_the_modules_hours(
        self, world, body, reserve, slots
    ):
        response = await reserve(body)

        reserved = response.json()
        assert response.status_code == 200, response.text
        assert (reserved["module_hours"], reserved["space_capacity"]) == (20, 20)
        assert [each["ends_at"] for each in reserved["sessions"]] == [
            "2077-02-08T09:00:00Z",
            "2077-02-09T09:00:00Z",
            "2077-02-10T05:00:00Z",
        ]
        held = datetime.fromisoformat(reserved["hold_until"]) - utc_now()
        assert timedelta(minutes=14) < held <= timedelta(minutes=15)
        assert await slots() == [("APPROVED", 8), ("APPROVED", 9), ("APPROVED", 10)]
        assert await load_of(world, body) == 20

    async def test_answers_the_same_to_the_same(self, body, reserve, slots):
        class_id = new_id()
        first = await reserve(body, class_id)
        again = await reserve(body, class_id)

        assert again.json() == first.json()
        assert len(await slots()) == 3

    async def test_takes_another_plan_in_the_place_of_the_first(self, world, body, reserve, slots):
        class_id = new_id()
        first = (await reserve(body, class_id)).json()
        other = await world.instructor(body["facility_id"])
        moved = {
            **body,
            "instructor_ids": [other["id"]],
            "sessions": [session_on(0), session_on(2)],
        }

        second = (await reserve(moved, class_id)).json()

        assert second["booking_id"] != first["booking_id"]
        states = await slots()
        assert states.count(("CANCELLED", 9)) == 1
        assert [each for each in states if each[0] == "APPROVED"] == [
            ("APPROVED", 8),
            ("APPROVED", 10),
        ]
        assert (await load_of(world, body), await load_of(world, moved)) == (0, 16)

    async def test_keeps_what_it_had_when_the_other_plan_is_refused(self, world, body, reserve):
        taken = {**body, "space_id": (await world.space(body["facility_id"]))["id"]}
        taken["instructor_ids"] = [(await world.instructor(body["facility_id"]))["id"]]
        await reserve(taken)
        class_id = new_id()
        first = (await reserve(body, class_id)).json()

        refused = await reserve({**body, "space_id": taken["space_id"]}, class_id)

        assert (refused.status_code, refused.json()["code"]) == (409, "space-taken")
        assert (await reserve(body, class_id)).json() == first

    async def test_refuses_a_space_or_an_instructor_of_another_class(self, world, body, reserve):
        await reserve(body)
        elsewhere = {**body, "space_id": (await world.space(body["facility_id"]))["id"]}

        same_space, same_teacher = await reserve(body), await reserve(elsewhere)

        assert (same_space.status_code, same_space.json()["code"]) == (409, "space-taken")
        assert (same_teacher.status_code, same_teacher.json()["code"]) == (
            409,
            "instructor-engaged",
        )

    async def test_gives_all_or_nothing(self, world, body, reserve, slots):
        await reserve(body)
        before = await slots()
        space = await world.space(body["facility_id"])

        await reserve({**body, "space_id": space["id"]})

        assert await slots() == before

    @pytest.mark.parametrize(
        ("change", "status", "code"),
        [
            ({"people": 21}, 422, "booking-over-capacity"),
            ({"sessions": [session_on(1)]}, 422, "class-sessions-start"),
            ({"sessions": [session_on(0), session_on(0)]}, 422, "booking-slots-overlap"),
            ({"sessions": [session_on(0, -1)]}, 422, "booking-slot-invalid"),
            ({"sessions": []}, 422, "validation-failed"),
            ({"sessions": [session_on(0), session_on(330)]}, 409, "agreement-not-in-force"),
            ({"space_id": str(new_id())}, 404, "space-unknown"),
            ({"instructor_ids": [str(new_id())]}, 404, "instructor-unknown"),
            ({"ministry": "INDUSTRY"}, 409, "booking-agreement-missing"),
            ({"starts_at": "2077-02-08T08:00:00"}, 422, "validation-failed"),
        ],
    )
    async def test_refuses_what_cannot_be_had(self, body, reserve, slots, change, status, code):
        response = await reserve({**body, **change})

        assert (response.status_code, response.json()["code"]) == (status, code), response.text
        assert await slots() == []

    async def test_lets_another_ministry_in_by_the_agreement_of_the_class(self, body, reserve):
        response = await reserve({**body, "ministry": "MSME"})

        assert response.status_code == 200, response.text

    async def test_keeps_a_module_that_was_retired_since(self, world, body, reserve):
        class_id = new_id()
        first = await reserve(body, class_id)
        await world.post(f"/modules/{body['module_id']}/retire")

        again, other = await reserve(body, class_id), await reserve(body)

        assert again.json() == first.json()
        assert (other.status_code, other.json()["code"]) == (409, "module-not-published")

    async def test_lets_one_of_many_win(self, body, reserve, slots):
        answers = await asyncio.gather(*(reserve(body) for _ in range(6)))

        assert sorted(each.status_code for each in answers) == [200, *[409] * 5]
        assert len(await slots()) == 3

    async def test_bears_the_same_class_many_times_at_once(self, body, reserve, slots):
        class_id = new_id()
        plans = [{**body, "people": 10 + place % 2} for place in range(6)]

        answers = await asyncio.gather(*(reserve(each, class_id) for each in plans))

        assert {each.status_code for each in answers} == {200}, [each.text for each in answers]
        held = [each for each in await slots() if each[0] == "APPROVED"]
        assert held == [("APPROVED", 8), ("APPROVED", 9), ("APPROVED", 10)]

    @pytest.mark.parametrize("role", [Role.NATIONAL_ADMIN, Role.FACILITY_OPERATOR])
    async def test_is_for_services_only(self, reserve, role):
        assert (await reserve({}, role=role)).status_code == 403


class TestConfirm:
    async def test_takes_the_hold_away(self, body, reserve, say, slots, registry):
        class_id = new_id()
        reserved = (await reserve(body, class_id)).json()

        confirmed = await say("confirm", class_id, reserved)
        again = await say("confirm", class_id, reserved)

        assert confirmed.status_code == again.status_code == 200
        assert confirmed.json()["state"] == "CONFIRMED"
        assert (await reserve(body, class_id)).json()["hold_until"] is None

    async def test_says_that_it_lapsed(self, body, reserve, say, in_transaction, registry, world):
        class_id = new_id()
        reserved = (await reserve(body, class_id)).json()
        async with in_transaction() as session:
            await session.execute(update(Booking).values(hold_until=utc_now()))
        async with create_worker(registry.state["settings"]).context() as context:
            await release_holds(context)

        response = await say("confirm", class_id, reserved)

        assert (response.status_code, response.json()["code"]) == (404, "class-not-reserved")
        assert await load_of(world, body) == 0
        anew = (await reserve(body, class_id)).json()
        assert anew["booking_id"] != reserved["booking_id"]

    async def test_holds_anew_what_nobody_has_taken_back_yet(
        self, body, reserve, say, in_transaction, registry, slots
    ):
        class_id = new_id()
        reserved = (await reserve(body, class_id)).json()
        async with in_transaction() as session:
            await session.execute(update(Booking).values(hold_until=utc_now()))

        anew = (await reserve(body, class_id)).json()

        assert anew["booking_id"] == reserved["booking_id"]
        assert datetime.fromisoformat(anew["hold_until"]) > utc_now()

    @pytest.mark.parametrize("verb", ["confirm", "release"])
    async def test_is_for_services_only_and_named(self, world, verb):
        path = f"/class-reservations/{new_id()}/{verb}"

        denied = await world.post(path, {"booking_id": str(new_id())})
        unnamed = await world.post(path, {}, by=world.auth(Role.SERVICE))

        assert (denied.status_code, unnamed.status_code) == (403, 422)


class TestRelease:
    async def test_frees_space_and_instructors(self, world, body, reserve, say, slots):
        class_id = new_id()
        reserved = (await reserve(body, class_id)).json()
        await say("confirm", class_id, reserved)

        released = await say("release", class_id, reserved)
        again = await say("release", class_id, reserved)

        assert released.status_code == again.status_code == 200
        assert {state for state, _ in await slots()} == {"CANCELLED"}
        assert await load_of(world, body) == 0
        assert (await reserve(body)).status_code == 200

    async def test_leaves_a_reservation_that_came_after(self, body, reserve, say, slots):
        class_id = new_id()
        first = (await reserve(body, class_id)).json()
        await reserve({**body, "people": 10}, class_id)

        await say("release", class_id, first)

        assert [state for state, _ in await slots()].count("APPROVED") == 3


class TestWhatAClassHas:
    async def test_is_given_back_by_the_class_and_cancelled_by_nobody_else(
        self, body, reserve, say, world
    ):
        class_id = new_id()
        reserved = (await reserve(body, class_id)).json()
        await say("confirm", class_id, reserved)
        path = f"/bookings/{reserved['booking_id']}"

        whole = await world.post(f"{path}/cancel", {"reason": "Dipakai sendiri"})
        part = await world.post(f"{path}/slots/0/cancel")
        given_back = await say("release", class_id, reserved)

        assert (whole.status_code, whole.json()["code"]) == (409, "booking-of-class")
        assert (part.status_code, part.json()["code"]) == (409, "booking-of-class")
        assert given_back.status_code == 200


class TestTryReservation:
    async def test_tells_what_would_be_given_and_changes_nothing(
        self, world, body, reserve, say, slots, in_transaction
    ):
        class_id = new_id()
        given = (
            await reserve({**body, "sessions": [session_on(0), session_on(1)]}, class_id)
        ).json()
        await say("confirm", class_id, given)
        async with in_transaction() as session:
            logged = await session.scalar(text("SELECT count(*) FROM registry.event"))

        moved = {**body, "sessions": [session_on(0), session_on(3)]}
        tried = await world.registry.put(
            f"/v1/class-reservations/{class_id}",
            params={"mode": "validate"},
            json=moved,
            headers=world.auth(Role.SERVICE),
        )

        assert tried.status_code == 200, tried.text
        assert [each["starts_at"][:10] for each in tried.json()["sessions"]] == [
            "2077-02-08",
            "2077-02-11",
        ]
        assert await slots() == [("APPROVED", 8), ("APPROVED", 9)]
        async with in_transaction() as session:
            assert await session.scalar(text("SELECT count(*) FROM registry.event")) == logged
        assert (await say("confirm", class_id, given)).status_code == 200

    async def test_refuses_as_the_reservation_would(self, world, body, reserve):
        await reserve(body)
        other = await world.instructor(body["facility_id"])

        tried = await world.registry.put(
            f"/v1/class-reservations/{new_id()}",
            params={"mode": "validate"},
            json={**body, "instructor_ids": [other["id"]]},
            headers=world.auth(Role.SERVICE),
        )

        assert (tried.status_code, tried.json()["code"]) == (409, "space-taken")
