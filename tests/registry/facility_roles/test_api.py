import pytest

from shared.ids import new_id
from tests.registry.world import institution_body


@pytest.fixture
async def place(world) -> str:
    return (await world.facility())["id"]


@pytest.fixture
async def mill(world) -> str:
    return (await world.made("/institutions", institution_body(kind="COMPANY")))["id"]


def role(institution_id: str, /, **facts) -> dict:
    return {
        "institution_id": institution_id,
        "role": "PARTNER",
        "valid_from": "2027-01-01",
        **facts,
    }


HIRING = {"role": "HIRING_PARTNER", "hires": 120, "hires_by": "2027-12-31"}


class TestStateRole:
    async def test_is_listed_at_the_facility_on_its_days(self, world, place, mill):
        path = f"/facilities/{place}/institutions"
        stated = await world.made(path, role(mill, valid_to="2027-01-31"))

        on_day = (await world.get(path, on="2027-01-31")).json()["items"]
        after = (await world.get(path, on="2027-02-01")).json()["items"]

        assert on_day == [stated]
        assert after == []
        assert stated["institution_name"]

    @pytest.mark.parametrize(
        ("facts", "status", "code"),
        [
            ({"valid_to": "2026-12-31"}, 422, "facility-role-period-invalid"),
            ({"role": "HIRING_PARTNER"}, 422, "hiring-commitment-refused"),
            ({"institution_id": str(new_id())}, 422, "institution-unknown"),
            ({}, 409, "facility-role-overlaps"),
        ],
    )
    async def test_refuses_what_is_wrong(self, world, place, mill, facts, status, code):
        path = f"/facilities/{place}/institutions"
        await world.made(path, role(mill))

        response = await world.post(path, role(mill, **facts))

        assert (response.status_code, response.json()["code"]) == (status, code)

    async def test_ends_with_its_institution(self, world, place, mill):
        path = f"/facilities/{place}/institutions"
        await world.made(path, role(mill, valid_from="2020-01-01"))
        await world.post(f"/institutions/{mill}/dissolve", {"ended_on": "2026-06-30"})

        on_last = (await world.get(path, on="2026-06-30")).json()["items"]
        after = (await world.get(path, on="2026-07-01")).json()["items"]
        late = await world.post(path, role(mill, role="FUNDER", valid_from="2026-07-01"))
        before = await world.post(path, role(mill, role="FUNDER", valid_from="2026-06-30"))

        assert (len(on_last), after) == (1, [])
        assert (late.status_code, late.json()["code"]) == (409, "institution-ended")
        assert before.status_code == 201

    async def test_has_one_owner_at_a_time(self, world, place, mill):
        path = f"/facilities/{place}/institutions"
        other = (await world.made("/institutions", institution_body()))["id"]
        await world.made(path, role(mill, role="OWNER"))

        response = await world.post(path, role(other, role="OWNER"))

        assert (response.status_code, response.json()["code"]) == (409, "facility-role-overlaps")

    async def test_refuses_another_region(self, world, place, mill):
        response = await world.post(
            f"/facilities/{place}/institutions", role(mill), by=world.officer("91")
        )

        assert (response.status_code, response.json()["code"]) == (403, "out-of-scope")

    async def test_does_not_know_a_facility_that_is_not_there(self, world, mill):
        response = await world.post(f"/facilities/{new_id()}/institutions", role(mill))

        assert response.json()["code"] == "facility-not-found"


class TestEndRole:
    async def test_makes_room_for_the_next(self, world, place, mill):
        path = f"/facilities/{place}/institutions"
        first = await world.made(path, role(mill, role="HOST"))

        ended = await world.post(f"{path}/{first['id']}/end", {"valid_to": "2027-06-30"})
        await world.made(path, role(mill, role="HOST", valid_from="2027-07-01"))

        assert (ended.status_code, ended.json()["version"]) == (200, 2)

    async def test_does_not_know_a_role_of_another_facility(self, world, place, mill):
        first = await world.made(f"/facilities/{place}/institutions", role(mill))
        elsewhere = (await world.facility())["id"]

        response = await world.post(
            f"/facilities/{elsewhere}/institutions/{first['id']}/end", {"valid_to": "2027-06-30"}
        )

        assert response.json()["code"] == "facility-role-not-found"


class TestListHiringCommitments:
    async def test_shows_the_earliest_day_first(self, world, place, mill):
        path = f"/facilities/{place}/institutions"
        late = await world.made(path, role(mill, **HIRING))
        other = (await world.made("/institutions", institution_body()))["id"]
        soon = await world.made(path, role(other, **{**HIRING, "hires_by": "2027-06-30"}))
        await world.made(path, role(mill))

        first = (await world.get("/hiring-commitments", limit=1)).json()
        second = await world.registry.get(
            first["next"].removeprefix("http://balai.test/registry"), headers=world.admin
        )

        assert [first["items"][0]["id"], second.json()["items"][0]["id"]] == [
            soon["id"],
            late["id"],
        ]
        assert second.json()["next"] is None
        assert (await world.get("/hiring-commitments", area="91")).json()["items"] == []
