import asyncio
from datetime import date

import pytest

from services.registry.areas.operations import end_areas


def stated(**facts) -> dict:
    return {
        "source": "BPS (DATA SINTETIS)",
        "commodities": [{"rank": 1, "name": "Abon", "scheme": "2020", "division": "10"}],
        "demands": [
            {"trade": "GARMENT", "scheme": "2020", "division": "14", "people": 350},
            {"trade": "WELDING", "scheme": "2020", "division": "25", "people": 40},
        ],
        **facts,
    }


async def put(world, path: str, body: dict, *, by=None, match: str = '"0"'):
    headers = {**(by or world.admin), "If-Match": match}
    return await world.registry.put(f"/v1{path}", json=body, headers=headers)


class TestStatePotential:
    async def test_is_read_as_it_was_stated(self, world):
        response = await put(world, "/potential/33.73/2026", stated())

        assert response.status_code == 200, response.text
        assert response.headers["etag"] == '"1"'
        assert (await world.get("/potential/33.73/2026")).json() == response.json()
        assert [each["trade"] for each in response.json()["demands"]] == ["GARMENT", "WELDING"]

    async def test_replaces_what_was_stated(self, world):
        await put(world, "/potential/33.73/2026", stated())

        response = await put(world, "/potential/33.73/2026", stated(demands=[]), match='"1"')

        assert response.json()["demands"] == []
        assert response.json()["version"] == 2

    @pytest.mark.parametrize("match", ['"0"', '"2"', "one"])
    async def test_refuses_a_version_that_was_not_read(self, world, match):
        await put(world, "/potential/33.73/2026", stated())

        assert (await put(world, "/potential/33.73/2026", stated(), match=match)).status_code == 412

    async def test_refuses_another_region(self, world):
        response = await put(world, "/potential/33.73/2026", stated(), by=world.officer("91"))

        assert (response.status_code, response.json()["code"]) == (403, "out-of-scope")

    @pytest.mark.parametrize(
        ("path", "facts", "code"),
        [
            ("/potential/33.99/2026", {}, "unknown-area"),
            ("/potential/33/2026", {}, "validation-failed"),
            (
                "/potential/33.73/2026",
                {"demands": stated()["demands"][:1] * 2},
                "potential-repeated",
            ),
            ("/potential/33.73/2026", {"source_url": "javascript:1"}, "validation-failed"),
        ],
    )
    async def test_refuses_what_is_wrong(self, world, path, facts, code):
        response = await put(world, path, stated(**facts))

        assert (response.status_code, response.json()["code"]) == (422, code)

    async def test_one_of_many_that_state_it_at_once_is_kept(self, world):
        answers = await asyncio.gather(
            *(put(world, "/potential/33.73/2026", stated()) for _ in range(5))
        )

        codes = sorted(each.status_code for each in answers)
        assert codes == [200, 412, 412, 412, 412], [each.text for each in answers]

    async def test_takes_a_past_year_of_a_regency_that_is_no_more(self, world, in_transaction):
        async with in_transaction() as session:
            await end_areas(session, ["33.74"], valid_from=date(2024, 5, 1))

        then = await put(world, "/potential/33.74/2023", stated())
        since = await put(world, "/potential/33.74/2024", stated())

        assert (then.status_code, since.status_code) == (200, 422)


class TestListPotential:
    @pytest.mark.parametrize(
        ("filters", "found"),
        [
            ({}, [("33.73", 2025), ("33.73", 2026), ("91.71", 2026)]),
            ({"year": 2026, "area": "33"}, [("33.73", 2026)]),
            ({"trade": "ICT"}, [("91.71", 2026)]),
            ({"division": "62"}, [("91.71", 2026)]),
        ],
    )
    async def test_narrows(self, world, filters, found):
        ict = {"trade": "ICT", "scheme": "2025", "division": "62", "people": 5}
        await put(world, "/potential/33.73/2025", stated())
        await put(world, "/potential/33.73/2026", stated())
        await put(world, "/potential/91.71/2026", stated(demands=[ict]))

        page = (await world.get("/potential", **filters)).json()

        assert [(each["regency_code"], each["year"]) for each in page["items"]] == found

    async def test_comes_in_pages(self, world):
        for year in (2024, 2025, 2026):
            await put(world, f"/potential/33.73/{year}", stated())

        first = (await world.get("/potential", limit=2)).json()
        path = first["next"].removeprefix("http://balai.test/registry")
        second = (await world.registry.get(path, headers=world.admin)).json()

        assert [each["year"] for each in first["items"] + second["items"]] == [2024, 2025, 2026]


class TestUnmetTrades:
    async def test_shows_what_is_asked_for_and_nobody_offers(self, world):
        center = await world.facility(trades=["WELDING"], latitude=-7.33, longitude=110.5)
        await world.facility(area_code="33.74", trades=["ICT"], latitude=-7.0, longitude=110.42)
        await put(world, "/potential/33.73/2025", stated(demands=[]))
        await put(world, "/potential/33.73/2026", stated())
        ict = {"trade": "ICT", "scheme": "2020", "division": "62", "people": 80}
        await put(world, "/potential/33.74/2026", stated(demands=[ict]))
        path = f"/facilities/{center['id']}/unmet-trades"

        near = (await world.get(path)).json()
        far = (await world.get(path, radius_km=60)).json()

        assert (near["regencies"], near["years"]) == (["33.73"], [2026])
        assert near["unmet"] == [{"trade": "GARMENT", "demand": 350, "offered_by": 0}]
        assert near["met"] == [{"trade": "WELDING", "demand": 40, "offered_by": 1}]
        assert far["regencies"] == ["33.73", "33.74"]
        assert [each["trade"] for each in far["met"]] == ["ICT", "WELDING"]

    async def test_goes_on_when_the_regency_gets_another_code(self, world, work):
        center = await world.facility(area_code="33.74")
        await put(world, "/potential/33.74/2022", stated())
        recode = {
            "kind": "RECODE",
            "decree": "Kepmendagri (contoh)",
            "valid_from": "2023-01-01",
            "from_codes": ["33.74"],
            "to": [{"code": "33.76", "name": "Kota Semarang"}],
        }
        await world.made("/area-changes", recode)
        await work()
        path = f"/facilities/{center['id']}/unmet-trades"

        inherited = (await world.get(path)).json()
        await put(world, "/potential/33.76/2026", stated(demands=[]))
        own = (await world.get(path)).json()

        assert inherited["regencies"] == ["33.76"]
        assert [each["trade"] for each in inherited["unmet"]] == ["GARMENT", "WELDING"]
        assert (own["unmet"], own["years"]) == ([], [])
