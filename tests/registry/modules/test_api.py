import pytest
from sqlalchemy import select

from services.registry.base import Event
from shared.ids import new_id
from shared.scope import Role
from tests.registry.world import module_body


class TestPublishModule:
    async def test_publishes_and_tells(self, world, in_transaction):
        module = await world.module(code="KWU-1", version="2026.1")

        assert (await world.get(f"/modules/{module['id']}")).json() == module
        async with in_transaction() as session:
            event = (await session.scalars(select(Event))).one()
        assert event.topic == "registry.module.published"
        assert event.payload["version"] == "2026.1"

    async def test_answers_a_repeated_request_with_the_same_bytes(self, world):
        body = module_body()
        first = await world.post("/modules", body, key="k-1")

        again = await world.post("/modules", body, key="k-1")

        assert (again.status_code, again.content) == (201, first.content)

    async def test_takes_another_version_but_not_the_same_twice(self, world):
        await world.module(code="KWU-1", version="1")

        newer = await world.post("/modules", module_body(code="KWU-1", version="2"))
        same = await world.post("/modules", module_body(code="KWU-1", version="1"))

        assert newer.status_code == 201
        assert (same.status_code, same.json()["code"]) == (409, "module-version-taken")

    async def test_refuses_an_id_that_is_taken(self, world):
        module = await world.module()

        response = await world.post("/modules", module_body(id=module["id"]))

        assert (response.status_code, response.json()["code"]) == (409, "module-id-taken")

    @pytest.mark.parametrize("facts", [{"hours": 0}, {"version": "a b"}, {"owner_ministry": "m"}])
    async def test_refuses_what_is_wrong(self, world, facts):
        assert (await world.post("/modules", module_body(**facts))).status_code == 422

    @pytest.mark.parametrize(("ministry", "status"), [("MSME", 201), ("MANPOWER", 403)])
    async def test_lets_a_manager_publish_for_his_ministry_only(self, world, ministry, status):
        manager = world.auth(Role.PROGRAM_MANAGER, ministries=["MSME"])

        response = await world.post("/modules", module_body(owner_ministry=ministry), by=manager)

        assert response.status_code == status

    async def test_is_refused_to_a_regional_officer(self, world):
        response = await world.post("/modules", module_body(), by=world.officer("33"))

        assert response.status_code == 403


class TestListModules:
    async def test_pages_by_code_and_version(self, world):
        for code, version in (("B", "1"), ("A", "2"), ("A", "1")):
            await world.module(code=code, version=version)

        first = (await world.get("/modules", limit=2)).json()
        rest = first["next"].removeprefix("http://balai.test/registry")
        second = (await world.registry.get(rest, headers=world.admin)).json()

        found = [(each["code"], each["version"]) for each in first["items"] + second["items"]]
        assert found == [("A", "1"), ("A", "2"), ("B", "1")]

    async def test_narrows_to_a_ministry(self, world):
        await world.module(code="A", owner_ministry="MSME")
        await world.module(code="B", owner_ministry="MANPOWER")

        page = (await world.get("/modules", owner_ministry="MANPOWER")).json()

        assert [each["code"] for each in page["items"]] == ["B"]


class TestGetModule:
    async def test_answers_404_for_an_unknown_id(self, world):
        response = await world.get(f"/modules/{new_id()}")

        assert (response.status_code, response.json()["code"]) == (404, "module-not-found")
