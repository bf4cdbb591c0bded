"""Two real services: classes that enrollment plans take their spaces from the registry."""

from datetime import timedelta

import httpx
import pytest
from sqlalchemy import text

from services.enrollment.worker import create_worker as create_enrollment_worker
from services.registry.areas.operations import load_areas
from services.registry.areas.rules import read_row
from services.registry.class_bookings.jobs import release_holds
from services.registry.worker import create_worker as create_registry_worker
from shared.clock import utc_now
from shared.db.session import transaction
from shared.scope import SYSTEM, Actor, Role
from tests.registry.world import AREAS, SINCE, World
from tests.support.planning import Desk, class_body

TESTER = Actor(issuer="test", subject="tester")


class Cutter(httpx.AsyncBaseTransport):
    """Leads to the registry; enrollment can be made to die once the registry has reserved."""

    def __init__(self, registry: httpx.AsyncBaseTransport) -> None:
        self.registry = registry
        self.deadly = False

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        answer = await self.registry.handle_async_request(request)
        if self.deadly and request.method == "PUT":
            raise RuntimeError("enrollment ends here")
        return answer


@pytest.fixture
def registry_transport(registry) -> Cutter:
    return Cutter(registry.transport)


@pytest.fixture
def in_registry(registry):
    def begin():
        return transaction(registry.state["sessions"], scope=SYSTEM, actor=TESTER)

    return begin


@pytest.fixture
async def world(registry, auth, in_registry) -> World:
    rows = [
        read_row(number, {"code": code, "name": name})
        for number, (code, name) in enumerate(AREAS.items(), start=1)
    ]
    async with in_registry() as session:
        await load_areas(session, rows, valid_from=SINCE, decree="", language="en")
    return World(registry, auth)


@pytest.fixture
def desk(enrollment, auth) -> Desk:
    return Desk(enrollment, auth(Role.NATIONAL_ADMIN))


@pytest.fixture
def settle(enrollment_db, settings_of, registry_transport):
    """Return the function that does enrollment's jobs."""

    async def drain() -> None:
        settings = settings_of("enrollment", enrollment_db, redis_url=None)
        await create_enrollment_worker(settings, registry_transport=registry_transport).drain()

    return drain


@pytest.fixture
async def plan(world, desk):
    """Return the function that makes the body of a class, each with its own instructor."""
    facility = await world.facility()
    space = await world.space(facility["id"])
    agreement = await world.agreement(facility_ids=[facility["id"]])
    module = await world.module(hours=20)
    wave = await desk.wave()

    async def make(**changes) -> dict:
        return class_body(
            wave,
            facility["id"],
            space_id=space["id"],
            agreement_id=agreement["id"],
            module_id=module["id"],
            instructor_ids=[(await world.instructor(facility["id"]))["id"]],
            **changes,
        )

    return make


async def booking_of(world, class_: dict) -> dict:
    """Return the latest booking of a class."""
    bookings = (await world.get("/bookings", facility_id=class_["facility_id"])).json()["items"]
    return [each for each in bookings if each["class_id"] == class_["id"]][-1]


async def test_a_class_has_its_space_until_it_is_dropped(world, desk, plan, settle, enrollment):
    first = await desk.made("/v1/classes", await plan())
    second = await desk.post("/v1/classes", await plan())

    problem = second.json()
    assert (second.status_code, problem["code"]) == (409, "space-taken")
    await settle()
    booked = await booking_of(world, first)
    assert (booked["state"], booked["hold_until"], booked["people"]) == ("APPROVED", None, 16)
    assert (await desk.get(f"/v1/classes/{first['id']}")).json()["reserved_at"] is not None
    path = f"/v1/classes/{first['id']}/sessions"
    met = (await enrollment.get(path)).json()["items"]
    detail = (await world.get(f"/bookings/{booked['id']}")).json()
    assert [(each["starts_at"], each["ends_at"]) for each in met] == [
        (each["starts_at"], each["ends_at"]) for each in detail["slots"]
    ]
    assert len(met) == 3

    dropped = await desk.post(f"/v1/classes/{first['id']}/cancel", {"reason": "Balai batal"})
    assert dropped.status_code == 200, dropped.text
    await settle()

    assert (await booking_of(world, first))["state"] == "CANCELLED"
    third = await desk.post("/v1/classes", await plan())
    assert third.status_code == 201, third.text


async def test_an_instructor_teaches_one_class_at_a_time(world, desk, plan, settle):
    body = await plan()
    await desk.made("/v1/classes", body)
    space = await world.space(body["facility_id"])
    other = {
        **(await plan()),
        "space_id": space["id"],
        "instructor_ids": body["instructor_ids"],
    }

    refused = await desk.post("/v1/classes", other)

    assert (refused.status_code, refused.json()["code"]) == (409, "instructor-engaged")


async def test_what_enrollment_could_not_plan_is_free_again(
    world, desk, plan, registry_transport, registry, in_registry
):
    body = await plan()
    registry_transport.deadly = True
    died = await desk.post("/v1/classes", body)
    registry_transport.deadly = False
    waits = await desk.post("/v1/classes", await plan())
    assert (died.status_code, waits.json()["code"]) == (500, "space-taken")

    async with in_registry() as session:
        await session.execute(
            text("UPDATE registry.booking SET hold_until = :now"),
            {"now": utc_now() - timedelta(seconds=1)},
        )
    async with create_registry_worker(registry.state["settings"]).context() as context:
        await release_holds(context)

    assert (await desk.post("/v1/classes", await plan())).status_code == 201


async def test_who_asks_again_gets_what_was_held(world, desk, plan, registry_transport, settle):
    body = await plan()
    registry_transport.deadly = True
    await desk.post("/v1/classes", body)
    registry_transport.deadly = False

    planned = await desk.made("/v1/classes", body)
    await settle()

    bookings = (await world.get("/bookings", facility_id=body["facility_id"])).json()["items"]
    assert [(each["class_id"], each["state"]) for each in bookings] == [(planned["id"], "APPROVED")]
