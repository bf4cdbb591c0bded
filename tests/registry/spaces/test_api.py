import pytest
from sqlalchemy import select

from services.registry.base import Event
from shared.ids import new_id
from shared.scope import Role

SPACE = {"name": "Bengkel 1", "kind": "WORKSHOP", "capacity": 16}


class TestAddSpace:
    async def test_adds_and_tells(self, world, in_transaction):
        facility = await world.facility()

        space = await world.made(f"/facilities/{facility['id']}/spaces", SPACE)

        assert space == {
            **SPACE,
            "id": space["id"],
            "facility_id": facility["id"],
            "version": 1,
            "closed_at": None,
        }
        async with in_transaction() as session:
            event = await session.scalar(select(Event).where(Event.topic == "registry.space.added"))
        assert event.payload["capacity"] == 16
        assert str(event.facility_id) == facility["id"]

    async def test_answers_a_repeated_request_with_the_same_bytes(self, world):
        path = f"/facilities/{(await world.facility())['id']}/spaces"
        first = await world.post(path, SPACE, key="k-1")

        again = await world.post(path, SPACE, key="k-1")

        assert (again.status_code, again.content) == (201, first.content)

    @pytest.mark.parametrize(
        "facts", [{"capacity": 0}, {"capacity": 10_001}, {"name": ""}, {"kind": "HALL"}]
    )
    async def test_refuses_what_is_wrong(self, world, facts):
        facility = await world.facility()

        response = await world.post(f"/facilities/{facility['id']}/spaces", {**SPACE, **facts})

        assert response.status_code == 422

    async def test_refuses_a_name_that_the_facility_has(self, world):
        facility = await world.facility()
        await world.made(f"/facilities/{facility['id']}/spaces", SPACE)

        response = await world.post(f"/facilities/{facility['id']}/spaces", SPACE)

        assert (response.status_code, response.json()["code"]) == (409, "space-name-taken")

    async def test_refuses_an_id_that_is_taken(self, world):
        facility = await world.facility()
        space = await world.space(facility["id"])

        response = await world.post(
            f"/facilities/{facility['id']}/spaces", {**SPACE, "id": space["id"]}
        )

        assert (response.status_code, response.json()["code"]) == (409, "space-id-taken")

    async def test_refuses_a_closed_facility(self, world):
        facility = await world.facility()
        await world.post(f"/facilities/{facility['id']}/close")

        response = await world.post(f"/facilities/{facility['id']}/spaces", SPACE)

        assert (response.status_code, response.json()["code"]) == (409, "facility-closed")

    async def test_lets_an_operator_write_at_his_own_facility_only(self, world):
        own, other = await world.facility(), await world.facility()
        operator = world.auth(Role.FACILITY_OPERATOR, facilities=[own["id"]])

        allowed = await world.post(f"/facilities/{own['id']}/spaces", SPACE, by=operator)
        refused = await world.post(f"/facilities/{other['id']}/spaces", SPACE, by=operator)

        assert (allowed.status_code, refused.status_code) == (201, 403)

    async def test_refuses_an_officer_of_another_province(self, world):
        facility = await world.facility(area_code="33.73")

        response = await world.post(
            f"/facilities/{facility['id']}/spaces", SPACE, by=world.officer("32")
        )

        assert (response.status_code, response.json()["code"]) == (403, "out-of-scope")

    async def test_answers_404_for_an_unknown_facility(self, world):
        response = await world.post(f"/facilities/{new_id()}/spaces", SPACE)

        assert response.status_code == 404


class TestListSpaces:
    async def test_lists_those_of_one_facility_by_name(self, world):
        facility, other = await world.facility(), await world.facility()
        for name in ("C", "A", "B"):
            await world.space(facility["id"], name=name)
        await world.space(other["id"], name="D")

        path = f"/facilities/{facility['id']}/spaces"
        first = (await world.get(path, limit=2)).json()
        rest = first["next"].removeprefix("http://balai.test/registry")
        second = (await world.registry.get(rest, headers=world.admin)).json()

        assert [each["name"] for each in first["items"] + second["items"]] == ["A", "B", "C"]

    async def test_answers_404_for_an_unknown_facility(self, world):
        assert (await world.get(f"/facilities/{new_id()}/spaces")).status_code == 404
