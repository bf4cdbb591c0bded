import pytest

from shared.ids import new_id
from shared.scope import Role


def offer(**facts) -> dict:
    return {
        "code": "MAKLON-01",
        "kind": "TOLL_MANUFACTURING",
        "name": "Maklon bumbu",
        "unit": "per kg",
        "price": 15000,
        "customers": ["SMALL", "MICRO"],
        "offered_from": "2027-01-01",
        **facts,
    }


@pytest.fixture
async def house(world) -> str:
    facility = await world.facility(kind="PRODUCTION_HOUSE", owner_ministry="MSME")
    return facility["id"]


class TestOfferService:
    async def test_stands_in_the_catalogue(self, world, house):
        made = await world.made(f"/facilities/{house}/services", offer())

        assert made["customers"] == ["MICRO", "SMALL"]
        assert (await world.get("/services", facility_id=house)).json()["items"] == [made]
        assert (await world.get(f"/services/{made['id']}")).json() == made

    @pytest.mark.parametrize(
        ("facts", "status", "code"),
        [
            ({}, 409, "service-code-taken"),
            ({"code": "X", "price": -1}, 422, "validation-failed"),
            ({"code": "X", "kind": "COOKING"}, 422, "validation-failed"),
        ],
    )
    async def test_refuses_what_is_wrong(self, world, house, facts, status, code):
        await world.made(f"/facilities/{house}/services", offer())

        response = await world.post(f"/facilities/{house}/services", offer(**facts))

        assert (response.status_code, response.json()["code"]) == (status, code)

    async def test_is_for_plut_and_production_houses(self, world):
        center = await world.facility(kind="UPTD")

        response = await world.post(f"/facilities/{center['id']}/services", offer())

        assert (response.status_code, response.json()["code"]) == (422, "service-not-offered-here")

    async def test_refuses_another_centre(self, world, house):
        operator = world.auth(Role.FACILITY_OPERATOR, facilities=[str(new_id())])

        response = await world.post(f"/facilities/{house}/services", offer(), by=operator)

        assert (response.status_code, response.json()["code"]) == (403, "out-of-scope")


class TestListServices:
    @pytest.mark.parametrize(
        ("filters", "codes"),
        [
            ({"kind": "LEGALITY"}, ["NIB"]),
            ({"customer": "MEDIUM"}, ["NIB"]),
            ({"customer": "MICRO"}, ["MAKLON-01", "NIB"]),
            ({"area": "33"}, ["MAKLON-01", "NIB"]),
            ({"area": "91.71"}, []),
            ({"on": "2026-12-31"}, []),
            ({"q": "bumbu"}, ["MAKLON-01"]),
        ],
    )
    async def test_narrows(self, world, house, filters, codes):
        path = f"/facilities/{house}/services"
        await world.made(path, offer())
        await world.made(path, offer(code="NIB", kind="LEGALITY", name="NIB", customers=[]))

        page = (await world.get("/services", **filters)).json()

        assert [each["code"] for each in page["items"]] == codes

    async def test_comes_in_pages(self, world, house):
        for number in range(3):
            await world.made(f"/facilities/{house}/services", offer(code=f"S{number}"))

        first = (await world.get("/services", limit=2)).json()
        path = first["next"].removeprefix("http://balai.test/registry")
        second = (await world.registry.get(path, headers=world.admin)).json()

        assert [each["code"] for each in first["items"] + second["items"]] == ["S0", "S1", "S2"]
        assert second["next"] is None


class TestChangeService:
    async def test_takes_a_new_price_and_an_end(self, world, house):
        made = await world.made(f"/facilities/{house}/services", offer())
        path = f"/services/{made['id']}"

        changed = await world.registry.patch(
            f"/v1{path}", json={"price": None}, headers={**world.admin, "If-Match": '"1"'}
        )
        early = await world.post(f"{path}/end", {"ended_on": "2026-12-31"})
        ended = await world.post(f"{path}/end", {"ended_on": "2027-12-31"})
        late = await world.registry.patch(
            f"/v1{path}", json={"price": 1}, headers={**world.admin, "If-Match": '"3"'}
        )

        assert (changed.json()["price"], changed.json()["version"]) == (None, 2)
        assert early.json()["code"] == "service-end-refused"
        assert ended.json()["ended_on"] == "2027-12-31"
        assert (late.status_code, late.json()["code"]) == (409, "service-ended")

    async def test_does_not_know_what_is_not_there(self, world):
        assert (await world.get(f"/services/{new_id()}")).json()["code"] == "service-not-found"
