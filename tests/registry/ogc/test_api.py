import pytest

SALATIGA = {"latitude": -7.33, "longitude": 110.5}
JAYAPURA = {"latitude": -2.53, "longitude": 140.7, "area_code": "91.71"}
ITEMS = "/ogc/collections/facilities/items"


@pytest.fixture
async def placed(world) -> list[dict]:
    return [
        await world.facility(name="Balai Melati", kind="PLUT", owner_ministry="MSME", **SALATIGA),
        await world.facility(name="Balai Kenanga", trades=["WELDING"], **JAYAPURA),
        await world.facility(name="Balai Tanpa Titik", area_code="73.71"),
        await world.facility(name="Balai Rencana", status="PLANNED", **SALATIGA),
    ]


async def names(registry, path=ITEMS, **parameters) -> list[str]:
    response = await registry.get(path, params=parameters)
    assert response.status_code == 200, response.text
    return [feature["properties"]["name"] for feature in response.json()["features"]]


class TestLanding:
    async def test_leads_a_client_to_everything(self, registry):
        page = (await registry.get("/ogc")).json()
        links = {link["rel"]: link["href"] for link in page["links"]}

        assert set(links) == {"self", "service-desc", "service-doc", "conformance", "data"}
        for rel in ("conformance", "data", "service-desc"):
            path = links[rel].removeprefix("http://balai.test/registry")
            assert (await registry.get(path)).status_code == 200

    async def test_describes_its_collections(self, registry):
        page = (await registry.get("/ogc/collections", headers={"Accept-Language": "en"})).json()

        assert [each["id"] for each in page["collections"]] == ["facilities", "spaces"]
        assert page["collections"][0]["title"] == "Facilities"
        one = (await registry.get("/ogc/collections/spaces")).json()
        assert {link["rel"] for link in one["links"]} == {"self", "items"}

    async def test_knows_no_other_collection(self, registry):
        response = await registry.get("/ogc/collections/people")

        assert (response.status_code, response.json()["code"]) == (404, "collection-not-found")


class TestListFeatures:
    async def test_shows_what_is_active_to_anybody(self, registry, placed):
        assert await names(registry) == ["Balai Melati", "Balai Kenanga", "Balai Tanpa Titik"]

    async def test_shows_everything_to_who_may_read_the_registry(self, world, registry, placed):
        response = await registry.get(ITEMS, headers=world.admin, params={"status": "PLANNED"})

        assert response.json()["numberMatched"] == 1
        assert await names(registry, status="PLANNED") == []

    async def test_answers_in_geojson(self, registry, placed):
        response = await registry.get(ITEMS, params={"facility_kind": "PLUT"})
        feature = response.json()["features"][0]

        assert response.headers["content-type"] == "application/geo+json"
        assert feature["id"] == placed[0]["id"]
        assert feature["geometry"] == {"type": "Point", "coordinates": [110.5, -7.33]}
        assert feature["properties"]["owner_ministry"] == "MSME"

    @pytest.mark.parametrize(
        ("parameters", "found"),
        [
            ({"bbox": "110,-8,111,-7"}, ["Balai Melati"]),
            ({"bbox": "139,-3,100,0"}, ["Balai Kenanga"]),
            ({"province_code": "73"}, ["Balai Tanpa Titik"]),
            ({"regency_code": "91.71", "trade": "WELDING"}, ["Balai Kenanga"]),
            ({"owner_ministry": "MSME", "province_code": "73"}, []),
            ({"datetime": "../2020-01-01T00:00:00Z"}, []),
        ],
    )
    async def test_narrows_by_box_property_and_time(self, registry, placed, parameters, found):
        assert await names(registry, **parameters) == found

    async def test_names_the_page_that_it_is(self, registry, placed):
        page = (await registry.get(ITEMS, params={"facility_kind": "PLUT", "limit": "1"})).json()

        itself = next(link["href"] for link in page["links"] if link["rel"] == "self")
        assert itself.endswith(f"{ITEMS}?facility_kind=PLUT&limit=1")

    async def test_leads_through_all_pages(self, registry, placed):
        seen, path, counts = [], f"{ITEMS}?limit=1", set()
        while path:
            page = (await registry.get(path)).json()
            seen += [feature["properties"]["name"] for feature in page["features"]]
            counts.add((page["numberMatched"], page["numberReturned"]))
            following = [link["href"] for link in page["links"] if link["rel"] == "next"]
            path = following[0].removeprefix("http://balai.test/registry") if following else None

        assert seen == ["Balai Melati", "Balai Kenanga", "Balai Tanpa Titik"]
        assert counts == {(3, 1)}

    @pytest.mark.parametrize(
        ("parameters", "code"),
        [
            ({"bbox": "1,2"}, "bbox-invalid"),
            ({"datetime": "soon"}, "datetime-invalid"),
            ({"limit": "0"}, "limit-invalid"),
            ({"limit": "ten"}, "limit-invalid"),
            ({"datetime": "9999-12-31T23:59:59-14:00"}, "datetime-invalid"),
            ({"after": "tampered"}, "cursor-invalid"),
            ({"province": "33"}, "unknown-parameter"),
        ],
    )
    async def test_refuses_what_nobody_can_mean(self, registry, world, parameters, code):
        response = await registry.get(ITEMS, params=parameters)

        assert (response.status_code, response.json()["code"]) == (400, code)

    async def test_puts_a_space_where_its_facility_stands(self, world, registry, placed):
        await world.space(placed[0]["id"], name="Bengkel", capacity=12)
        page = (await registry.get("/ogc/collections/spaces/items")).json()

        assert page["features"][0]["geometry"]["coordinates"] == [110.5, -7.33]
        assert page["features"][0]["properties"]["capacity"] == 12


class TestGetFeature:
    async def test_returns_one(self, registry, placed):
        feature = (await registry.get(f"{ITEMS}/{placed[2]['id']}")).json()

        assert feature["geometry"] is None
        assert {link["rel"] for link in feature["links"]} == {"self", "collection"}

    async def test_knows_nothing_by_what_is_no_id(self, registry):
        response = await registry.get(f"{ITEMS}/balai-1")

        assert (response.status_code, response.json()["code"]) == (404, "feature-not-found")

    async def test_does_not_know_what_is_not_active(self, world, registry, placed):
        path = f"{ITEMS}/{placed[3]['id']}"

        assert (await registry.get(path)).json()["code"] == "feature-not-found"
        assert (await registry.get(path, headers=world.admin)).status_code == 200
