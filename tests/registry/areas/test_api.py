from datetime import date

from services.registry.areas.operations import load_areas
from services.registry.areas.rules import read_row
from shared.scope import Role


class TestListAreas:
    async def test_is_open_to_everybody_in_the_order_of_codes(self, world):
        response = await world.registry.get("/v1/areas", params={"level": "REGENCY"})

        assert response.status_code == 200
        codes = [area["code"] for area in response.json()["items"]]
        assert codes == ["32.73", "33.73", "33.74", "73.71", "91.71"]

    async def test_pages_to_the_end(self, world):
        response = await world.registry.get("/v1/areas", params={"limit": 5})
        seen = [area["code"] for area in response.json()["items"]]
        while response.json()["next"]:
            path = response.json()["next"].removeprefix("http://balai.test/registry")
            response = await world.registry.get(path)
            seen += [area["code"] for area in response.json()["items"]]

        assert len(seen) == len(set(seen)) == 12
        assert seen == sorted(seen)

    async def test_finds_a_misspelt_name(self, world):
        response = await world.get("/areas", q="salatigo")

        assert [area["code"] for area in response.json()["items"]] == ["33.73"]

    async def test_takes_signs_of_patterns_as_they_are(self, world):
        response = await world.get("/areas", q="%%%")

        assert response.json()["items"] == []

    async def test_narrows_to_the_children_of_a_parent(self, world):
        response = await world.get("/areas", parent="33")

        areas = {area["code"]: area for area in response.json()["items"]}
        assert list(areas) == ["33.73", "33.74"]
        assert areas["33.73"]["has_children"] is True
        assert areas["33.74"]["has_children"] is False
        assert areas["33.73"]["time_zone"] == "WIB"

    async def test_refuses_an_unknown_parameter(self, world):
        response = await world.get("/areas", name="Salatiga")

        assert response.status_code == 400
        assert response.json()["code"] == "unknown-parameter"

    async def test_refuses_a_level_that_does_not_exist(self, world):
        response = await world.get("/areas", level="ISLAND")

        assert response.status_code == 422

    async def test_refuses_the_cursor_of_another_list(self, world):
        first = (await world.get("/areas", limit=1)).json()
        cursor = first["next"].rpartition("after=")[2]

        response = await world.get("/areas", level="PROVINCE", after=cursor)

        assert response.status_code == 400
        assert response.json()["code"] == "cursor-invalid"


class TestGetArea:
    async def test_tells_what_a_code_was_called_on_a_day(self, world, in_transaction):
        row = read_row(1, {"code": "33.73", "name": "Kota Salatiga Baru"})
        async with in_transaction() as session:
            await load_areas(
                session, [row], valid_from=date(2026, 5, 6), decree="UU 1/2026", language="en"
            )

        before = await world.get("/areas/33.73", on="2026-05-05")
        after = await world.get("/areas/33.73", on="2026-05-06")

        assert before.json()["name"] == "Kota Salatiga"
        assert before.json()["valid_to"] == "2026-05-06"
        assert after.json()["name"] == "Kota Salatiga Baru"

    async def test_answers_404_for_an_unknown_code(self, world):
        response = await world.get("/areas/99")

        assert response.status_code == 404
        assert response.json()["code"] == "area-not-found"

    async def test_answers_404_before_the_area_was_there(self, world):
        response = await world.get("/areas/33", on="2019-12-31")

        assert response.status_code == 404

    async def test_refuses_what_is_no_code(self, world):
        response = await world.get("/areas/abc")

        assert response.status_code == 422


class TestListAreaChildren:
    async def test_lists_one_level_below(self, world):
        response = await world.get("/areas/33.73.04/children")

        assert [area["code"] for area in response.json()["items"]] == ["33.73.04.1001"]

    async def test_answers_404_for_an_unknown_parent(self, world):
        assert (await world.get("/areas/34/children")).status_code == 404


class TestImportAreas:
    async def test_is_refused_to_a_regional_officer(self, world):
        response = await world.post("/area-imports", by=world.officer("33"), content=b"code,name\n")

        assert response.status_code == 403

    async def test_is_refused_without_a_token(self, world):
        response = await world.registry.post("/v1/area-imports", content=b"code,name\n")

        assert response.status_code == 401

    async def test_refuses_a_request_without_a_file(self, world):
        response = await world.post("/area-imports")

        assert response.status_code == 422
        assert response.json()["code"] == "upload-empty"

    async def test_needs_a_key(self, world):
        response = await world.registry.post(
            "/v1/area-imports", content=b"code,name\n", headers=world.auth(Role.NATIONAL_ADMIN)
        )

        assert response.status_code == 400
        assert response.json()["code"] == "idempotency-key-missing"
