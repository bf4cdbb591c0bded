"""Two facilities with classes, enrollments and outcomes become one, and every figure follows."""

import pytest

from shared.scope import Role
from tests.audit.told import tell_story
from tests.registry.world import World


@pytest.fixture
def registry_transport(registry):
    return registry.transport


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
