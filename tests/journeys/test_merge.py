"""Two facilities with classes, enrollments and outcomes become one, and every figure follows."""

from contextlib import AsyncExitStack
from types import SimpleNamespace

import asyncpg
import httpx
import pytest

from deploy.audit.command import examine
from services.reporting.worker import readers
from shared.db.session import transaction
from shared.scope import SYSTEM, Actor, Role
from tests.audit.told import tell_story
from tests.registry.world import World


@pytest.fixture
def registry_transport(registry):
    return registry.transport


@pytest.fixture
def databases(registry_db, enrollment_db, reporting_db) -> dict[str, str]:
    return {"registry": registry_db, "enrollment": enrollment_db, "reporting": reporting_db}


@pytest.fixture
def follow(databases, registry, enrollment, reporting, worker_of, auth):
    """Return the function that lets enrollment and reporting hear all that there is."""

    async def run() -> None:
        await worker_of(
            "enrollment", databases["enrollment"], registry_transport=registry.transport
        ).drain()
        sessions, reader = reporting.state["sessions"], Actor("test", "reader")
        async with AsyncExitStack() as stack:
            clients = {
                name: await stack.enter_async_context(
                    httpx.AsyncClient(
                        transport=client.transport,
                        base_url=client.base_url,
                        headers=auth(Role.SERVICE),
                    )
                )
                for name, client in (("registry", registry), ("enrollment", enrollment))
            }
            context = SimpleNamespace(
                transaction=lambda: transaction(sessions, scope=SYSTEM, actor=reader),
                sessions=sessions,
                clients=clients,
            )
            for each in readers(context):
                await each.drain(context)

    return run


@pytest.fixture
def audit(databases):
    """Return the function that names what an audit finds different, with an example of each."""

    async def run() -> dict[str, list[str]]:
        async with AsyncExitStack() as stack:
            snapshots = {}
            for service, url in databases.items():
                connection = await asyncpg.connect(
                    url.replace("+asyncpg", ""), server_settings={"search_path": service}
                )
                stack.push_async_callback(connection.close)
                snapshots[service] = connection
            report = await examine(snapshots)
        assert report.counts["enrollments"] > 5
        return {each.name: each.examples for each in report.findings if each.differences}

    return run


async def test_everything_follows_into_the_facility_that_stays(
    *, databases, registry, enrollment, reporting, keys, auth, follow, audit
):
    await tell_story(databases, keys)
    world = World(registry, auth)
    admin = auth(Role.NATIONAL_ADMIN)
    gone, stays = (await world.get("/facilities")).json()["items"]
    body = {"into_id": stays["id"], "reason": "DATA SINTETIS terdaftar dua kali"}

    async def merge(mode: str) -> dict:
        path = f"/facilities/{gone['id']}/merge"
        response = await world.post(path, body, params={"mode": mode})
        assert response.status_code == 200, response.text
        return response.json()

    async def classes() -> list[dict]:
        response = await enrollment.get("/v1/classes", headers=admin)
        return response.json()["items"]

    async def seats() -> dict[str, int]:
        response = await reporting.get(
            "/v1/reports/progress", params={"by": "facility"}, headers=admin
        )
        assert response.status_code == 200, response.text
        return response.json()

    before = await classes()
    assert {each["facility_id"] for each in before} == {gone["id"], stays["id"]}
    assert await audit() == {}

    told = await merge("validate")
    assert await classes() == before
    done = await merge("commit")
    assert done["things"] == told["things"]
    await follow()

    after = await classes()
    assert {each["facility_id"] for each in after} == {stays["id"]}
    assert {each["id"] for each in after} == {each["id"] for each in before}
    assert await audit() == {}
    assert gone["id"] not in str(await seats())
    followups = (await reporting.get("/v1/followups", headers=admin)).json()["items"]
    assert {each["facility_id"] for each in followups} == {stays["id"]}
