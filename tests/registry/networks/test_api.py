import pytest

from shared.ids import new_id
from shared.scope import Role
from tests.registry.world import institution_body


@pytest.fixture
async def mes(world) -> str:
    body = institution_body(kind="ASSOCIATION", name="MES Sintetis")
    return (await world.made("/institutions", body))["id"]


def network(steward_id: str, /, **facts) -> dict:
    return {"code": "EKSYAR", "name": "BLKK Eksyar", "steward_id": steward_id, **facts}


def joining(*facility_ids: str, **facts) -> dict:
    return {"facility_ids": list(facility_ids), "valid_from": "2027-01-01", **facts}


class TestFoundNetwork:
    async def test_is_found_under_its_steward(self, world, mes):
        founded = await world.made("/networks", network(mes))

        assert (await world.get("/networks", steward_id=mes)).json()["items"] == [founded]
        assert (await world.get(f"/networks/{founded['id']}")).json() == founded

    @pytest.mark.parametrize(
        ("facts", "status", "code"),
        [
            ({"steward_id": str(new_id()), "code": "X"}, 422, "institution-unknown"),
            ({}, 409, "network-code-taken"),
        ],
    )
    async def test_refuses_what_is_wrong(self, world, mes, facts, status, code):
        await world.made("/networks", network(mes))

        response = await world.post("/networks", network(mes, **facts))

        assert (response.status_code, response.json()["code"]) == (status, code)

    async def test_is_not_for_regional_offices(self, world, mes):
        response = await world.post("/networks", network(mes), by=world.officer("33"))

        assert response.status_code == 403

    async def test_is_kept_by_its_ministry(self, world, mes):
        manpower = world.auth(Role.PROGRAM_MANAGER, ministries=["MANPOWER"])
        founded = await world.made("/networks", network(mes, owner_ministry="MSME"))

        response = await world.registry.patch(
            f"/v1/networks/{founded['id']}",
            json={"name": "X"},
            headers={**manpower, "If-Match": '"1"'},
        )

        assert (response.status_code, response.json()["code"]) == (403, "out-of-scope")


class TestMembers:
    async def test_join_and_leave_over_time(self, world, mes):
        founded = await world.made("/networks", network(mes))
        members = f"/networks/{founded['id']}/members"
        one, two = [(await world.facility(kind="BLKK"))["id"] for _ in range(2)]

        joined = await world.post(members, joining(one, two))
        left = await world.post(f"{members}/{one}/leave", {"valid_to": "2027-06-30"})
        again = await world.post(members, joining(one, valid_from="2027-08-01"))

        assert (joined.json(), left.status_code, again.status_code) == ({"joined": 2}, 200, 201)

        async def on(day: str) -> set[str]:
            page = (await world.get(members, on=day)).json()
            return {member["facility_id"] for member in page["items"]}

        assert [await on(day) for day in ("2027-06-30", "2027-07-15", "2027-08-01")] == [
            {one, two},
            {two},
            {one, two},
        ]

    @pytest.mark.parametrize(
        ("facts", "status", "code"),
        [
            ({"facility_ids": [str(new_id())]}, 422, "facility-unknown"),
            ({"valid_to": "2026-01-01"}, 422, "network-membership-period-invalid"),
            ({"valid_from": "2027-03-01"}, 409, "network-membership-overlaps"),
        ],
    )
    async def test_refuse_what_is_wrong_and_keep_nothing_of_it(
        self, world, mes, facts, status, code
    ):
        founded = await world.made("/networks", network(mes))
        members = f"/networks/{founded['id']}/members"
        one, two = [(await world.facility(kind="BLKK"))["id"] for _ in range(2)]
        await world.post(members, joining(one))

        response = await world.post(members, {**joining(two, one), **facts})

        assert (response.status_code, response.json()["code"]) == (status, code)
        assert len((await world.get(members)).json()["items"]) == 1

    async def test_cannot_leave_what_they_are_not_in(self, world, mes):
        founded = await world.made("/networks", network(mes))
        facility = await world.facility()

        response = await world.post(
            f"/networks/{founded['id']}/members/{facility['id']}/leave", {"valid_to": "2027-01-01"}
        )

        assert response.json()["code"] == "network-member-not-found"
