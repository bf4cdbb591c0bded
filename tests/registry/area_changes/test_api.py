import asyncio

import pytest

from services.registry.areas.operations import load_areas
from services.registry.areas.rules import read_row
from shared.scope import Role
from tests.registry.world import SINCE

# Codes before UU 14, 15 and 16/2022, with the names of the present list.
PAPUA = {
    "91.01": "Kabupaten Merauke",
    "91.01.01": "Merauke",
    "91.01.01.1001": "Kelapa Lima",
    "91.02": "Kabupaten Jayawijaya",
    "91.02.01": "Wamena",
    "91.04": "Kabupaten Nabire",
}
DAY = "2022-11-11"
SPLIT = {
    "kind": "SPLIT",
    "decree": "UU 14, 15 dan 16/2022",
    "valid_from": DAY,
    "from_codes": ["91"],
    "to": [
        {"code": "91", "name": "Papua"},
        {"code": "93", "name": "Papua Selatan"},
        {"code": "94", "name": "Papua Tengah"},
        {"code": "95", "name": "Papua Pegunungan"},
    ],
}
RECODE = {
    "kind": "RECODE",
    "decree": "Kepmendagri 100.1.1-6117/2022",
    "valid_from": DAY,
    "from_codes": ["91.01", "91.02", "91.04"],
    "to": [
        {"code": "93.01", "name": "Kabupaten Merauke"},
        {"code": "95.01", "name": "Kabupaten Jayawijaya"},
        {"code": "94.01", "name": "Kabupaten Nabire"},
    ],
}
# A regency of which a part becomes a city: what stands in it, and no nearer, is left open.
CITY = {
    "kind": "SPLIT",
    "decree": "UU 1/2023 (contoh)",
    "valid_from": "2023-01-01",
    "from_codes": ["33.74"],
    "to": [
        {"code": "33.74", "name": "Kota Semarang"},
        {"code": "33.75", "name": "Kota Semarang Barat"},
    ],
}

BAD = [
    ({"from_codes": ["91.99"]}, 422, "unknown-area"),
    ({"to": [{"code": "93.01", "name": "Merauke"}]}, 422, "area-parent-unknown"),
    ({"to": [{"code": "91.71", "name": "Merauke"}]}, 409, "area-validity-overlaps"),
    ({"to": [{"code": "91.05.01", "name": "Merauke"}]}, 422, "area-level-mismatch"),
    ({"valid_from": "2019-12-31"}, 422, "area-parent-unknown"),
    ({"valid_from": "2020-01-01"}, 422, "area-change-too-early"),
    ({"kind": "SPLIT"}, 422, "area-change-shape"),
    ({"decree": ""}, 422, "validation-failed"),
    ({"from_codes": []}, 422, "validation-failed"),
]


@pytest.fixture
async def papua(world, in_transaction):
    rows = [
        read_row(number, {"code": code, "name": name})
        for number, (code, name) in enumerate(PAPUA.items(), start=1)
    ]
    async with in_transaction() as session:
        await load_areas(session, rows, valid_from=SINCE, decree="", language="en")
    return world


@pytest.fixture
async def split_city(world, work) -> dict:
    """Return a facility that stands in a city of which a part has become another."""
    facility = await world.facility(area_code="33.74")
    await world.made("/area-changes", CITY)
    await work()
    return facility


async def names(world, **parameters) -> dict[str, str]:
    items = (await world.get("/areas", limit=200, **parameters)).json()["items"]
    return {area["code"]: area["name"] for area in items}


async def topics(world) -> list[str]:
    events = await world.get("/events", by=world.auth(Role.SERVICE), limit=200)
    return [event["topic"] for event in events.json()["items"]]


async def open_items(world, by=None) -> list[dict]:
    return (await world.get("/area-work-items", by=by)).json()["items"]


class TestDecreeAreaChange:
    async def test_makes_four_provinces_of_papua(self, papua, work):
        training = await papua.facility(area_code="91.01.01")
        await papua.space(training["id"])
        jayapura = await papua.facility(area_code="91.71")
        office = await papua.made(
            "/institutions",
            {"code": "DINAS-1", "name": "Dinas", "kind": "REGIONAL_GOVERNMENT", "area_code": "91"},
        )

        split = await papua.made("/area-changes", SPLIT)
        recoded = await papua.made("/area-changes", RECODE)
        await work()

        assert (split["areas"], recoded["areas"]) == (4, 6)
        provinces = await names(papua, level="PROVINCE")
        assert {"91", "93", "94", "95"} <= set(provinces)
        assert list(await names(papua, parent="93")) == ["93.01"]
        assert list(await names(papua, parent="91")) == ["91.71"]
        assert list(await names(papua, parent="91", on="2022-11-10")) == [
            "91.01", "91.02", "91.04", "91.71",
        ]  # fmt: skip
        before = (await papua.get("/areas/91.01.01.1001", on="2022-11-10")).json()
        assert before["valid_to"] == DAY
        assert before["successors"] == [
            {
                "code": "93.01.01.1001",
                "name": "Kelapa Lima",
                "kind": "RECODE",
                "decree": "Kepmendagri 100.1.1-6117/2022",
                "valid_from": DAY,
            }
        ]
        gone = await papua.get("/areas/91.01")
        assert (gone.status_code, gone.json()["successors"]) == (404, ["93.01"])
        after = (await papua.get("/areas/93")).json()
        assert [link["code"] for link in after["predecessors"]] == ["91"]

        moved = (await papua.get(f"/facilities/{training['id']}")).json()
        stayed = (await papua.get(f"/facilities/{jayapura['id']}")).json()
        assert (moved["area_code"], moved["province_code"], moved["regency_code"]) == (
            "93.01.01", "93", "93.01",
        )  # fmt: skip
        assert moved["version"] == training["version"] + 1
        assert stayed["version"] == jayapura["version"]
        jobs = [(await papua.get(f"/jobs/{each['job_id']}")).json() for each in (split, recoded)]
        assert [job["status"] for job in jobs] == ["SUCCEEDED", "SUCCEEDED"]
        assert sum(job["result"]["facilities"] for job in jobs) == 1
        (item,) = await open_items(papua)
        assert item["institution_id"] == office["id"]
        assert item["candidates"] == ["91", "93", "94", "95"]
        applied = (await papua.get(f"/area-changes/{split['id']}")).json()
        assert applied["applied_at"] is not None

    async def test_tells_the_other_services_when_it_is_in_force(self, papua, work):
        await papua.made("/area-changes", SPLIT)
        assert "registry.areas.changed" not in await topics(papua)

        await work()

        found = await papua.get("/events", by=papua.auth(Role.SERVICE), limit=200)
        (event,) = [
            event for event in found.json()["items"] if event["topic"] == "registry.areas.changed"
        ]
        assert event["payload"]["levels"]["PROVINCE"] == 7
        assert set(event["payload"]["levels"]) == {"PROVINCE", "REGENCY", "DISTRICT", "VILLAGE"}

    async def test_waits_for_the_day_on_which_it_holds(self, papua, work):
        facility = await papua.facility(area_code="91.04")
        decree = {**RECODE, "valid_from": "2099-01-01", "from_codes": ["91.04"]}
        decree["to"] = [{"code": "91.05", "name": "Kabupaten Nabire"}]

        change = await papua.made("/area-changes", decree)
        await work()

        assert "91.05" not in await names(papua, parent="91")
        assert "91.05" in await names(papua, parent="91", on="2099-01-01")
        unmoved = (await papua.get(f"/facilities/{facility['id']}")).json()
        assert unmoved["area_code"] == "91.04"
        assert change["applied_at"] is None

    async def test_follows_one_change_after_the_other(self, papua, work):
        facility = await papua.facility(area_code="91.04")
        await papua.made("/area-changes", SPLIT)
        await papua.made("/area-changes", RECODE)
        again = {
            "kind": "MERGE",
            "decree": "UU 2/2024 (contoh)",
            "valid_from": "2024-01-01",
            "from_codes": ["94.01", "93.01"],
            "to": [{"code": "93.01", "name": "Kabupaten Merauke"}],
        }
        await papua.made("/area-changes", again)

        await work()

        moved = (await papua.get(f"/facilities/{facility['id']}")).json()
        assert moved["area_code"] == "93.01"
        assert (await papua.get("/areas/94.01")).status_code == 404

    async def test_keeps_a_renamed_area_under_its_code(self, papua, work):
        facility = await papua.facility(area_code="91.71")
        rename = {
            "kind": "RENAME",
            "decree": "PP 1/2023 (contoh)",
            "valid_from": "2023-01-01",
            "from_codes": ["91.71"],
            "to": [{"code": "91.71", "name": "Kota Port Numbay"}],
        }

        await papua.made("/area-changes", rename)
        await work()

        assert (await names(papua, parent="91"))["91.71"] == "Kota Port Numbay"
        before = (await papua.get("/areas/91.71", on="2022-12-31")).json()
        assert before["name"] == "Kota Jayapura"
        assert before["successors"][0]["name"] == "Kota Port Numbay"
        unmoved = (await papua.get(f"/facilities/{facility['id']}")).json()
        assert unmoved["version"] == facility["version"]
        assert await open_items(papua) == []

    async def test_has_one_effect_when_it_is_sent_again(self, papua):
        first = await papua.post("/area-changes", SPLIT, key="papua")
        again = await papua.post("/area-changes", SPLIT, key="papua")

        assert again.content == first.content
        listed = (await papua.get("/area-changes")).json()["items"]
        assert [change["id"] for change in listed] == [first.json()["id"]]

    async def test_refuses_it_a_second_time(self, papua):
        await papua.made("/area-changes", RECODE | {"to": _papua_names()})
        refused = await papua.post("/area-changes", RECODE | {"to": _papua_names()})

        assert refused.status_code == 422
        assert refused.json()["code"] == "unknown-area"

    async def test_lets_one_of_two_decrees_have_a_code(self, papua):
        decrees = [
            RECODE | {"from_codes": [old], "to": [{"code": "91.05", "name": "Baru"}]}
            for old in ("91.01", "91.02", "91.04")
        ]

        answers = await asyncio.gather(*(papua.post("/area-changes", decree) for decree in decrees))

        assert sorted(answer.status_code for answer in answers) == [201, 409, 409]
        refused = {answer.json()["code"] for answer in answers if answer.status_code == 409}
        assert refused == {"area-validity-overlaps"}

    async def test_refuses_a_bad_change_and_leaves_nothing_half_done(self, papua):
        before = await names(papua)
        sound = {"from_codes": ["91.01"], "to": [{"code": "91.05", "name": "Merauke"}]}

        for changes, status, code in BAD:
            refused = await papua.post("/area-changes", RECODE | sound | changes)
            assert (refused.status_code, refused.json()["code"]) == (status, code), changes

        assert await names(papua) == before
        assert (await papua.get("/area-changes")).json()["items"] == []

    async def test_is_refused_to_a_regional_officer(self, papua):
        refused = await papua.post("/area-changes", SPLIT, by=papua.officer("91"))

        assert refused.status_code == 403


def _papua_names() -> list[dict]:
    return [
        {"code": f"91.{number}", "name": area["name"]}
        for number, area in enumerate(RECODE["to"], start=20)
    ]


class TestListAreaChanges:
    async def test_pages_in_the_order_of_days(self, papua):
        later = await papua.made("/area-changes", CITY)
        earlier = await papua.made("/area-changes", SPLIT)

        first = (await papua.get("/area-changes", limit=1)).json()
        path = first["next"].removeprefix("http://balai.test/registry")
        second = (await papua.registry.get(path, headers=papua.admin)).json()

        assert [first["items"][0]["id"], second["items"][0]["id"]] == [earlier["id"], later["id"]]
        assert second["next"] is None


class TestGetAreaChange:
    async def test_answers_404_for_an_unknown_one(self, world):
        response = await world.get("/area-changes/01a1f0c8-6c1e-7bd2-9f3a-5f0c6d2b7e11")

        assert (response.status_code, response.json()["code"]) == (404, "area-change-not-found")


class TestListAreaWorkItems:
    async def test_shows_what_a_split_leaves_open_to_the_region_only(self, world, split_city):
        (item,) = await open_items(world, by=world.officer("33"))

        assert item["facility_id"] == split_city["id"]
        assert item["candidates"] == ["33.74", "33.75"]
        assert await open_items(world, by=world.officer("32")) == []
        assert await open_items(world, by=world.officer("33", "MSME")) == []

    async def test_is_refused_to_who_may_not_change_facilities(self, world):
        response = await world.get("/area-work-items", by=world.auth(Role.ANALYST))

        assert response.status_code == 403


class TestResolveAreaWorkItem:
    async def resolve(self, world, area_code: str, *, by=None, **more):
        (item,) = await open_items(world)
        return await world.post(
            f"/area-work-items/{item['id']}/resolve", {"area_code": area_code}, by=by, **more
        )

    async def test_moves_the_facility_and_empties_the_list(self, world, split_city):
        response = await self.resolve(world, "33.75", by=world.officer("33.74"), key="r")

        assert response.status_code == 200, response.text
        assert response.json()["state"] == "RESOLVED"
        assert response.json()["area_code"] == "33.75"
        facility = (await world.get(f"/facilities/{split_city['id']}")).json()
        assert facility["regency_code"] == "33.75"
        assert await open_items(world) == []
        assert (await topics(world))[-2:] == [
            "registry.facility.changed",
            "registry.area_work_item.resolved",
        ]
        again = await world.post(
            f"/area-work-items/{response.json()['id']}/resolve",
            {"area_code": "33.75"},
            by=world.officer("33.74"),
            key="r",
        )
        assert again.content == response.content
        other = await world.post(
            f"/area-work-items/{response.json()['id']}/resolve", {"area_code": "33.74"}
        )
        assert (other.status_code, other.json()["code"]) == (409, "area-work-item-resolved")

    async def test_lets_it_stay_where_it_is(self, world, split_city, work):
        response = await self.resolve(world, "33.74")

        assert response.json()["area_code"] == "33.74"
        facility = (await world.get(f"/facilities/{split_city['id']}")).json()
        assert facility["version"] == split_city["version"]

    async def test_refuses_where_it_cannot_stand(self, world, split_city):
        for area_code, status, code in (
            ("32.73", 422, "area-not-candidate"),
            ("33.75.99", 422, "unknown-area"),
            ("abc", 422, "validation-failed"),
        ):
            response = await self.resolve(world, area_code)
            assert (response.status_code, response.json()["code"]) == (status, code)
        assert len(await open_items(world)) == 1

    async def test_does_not_know_an_item_of_another_region(self, world, split_city):
        response = await self.resolve(world, "33.75", by=world.officer("32"))

        assert (response.status_code, response.json()["code"]) == (404, "area-work-item-not-found")

    async def test_refuses_a_closed_facility(self, world, split_city):
        await world.post(f"/facilities/{split_city['id']}/close")

        response = await self.resolve(world, "33.75")

        assert (response.status_code, response.json()["code"]) == (409, "facility-closed")

    async def test_takes_an_institution_too(self, papua, work):
        body = {"code": "D-1", "name": "Dinas", "kind": "REGIONAL_GOVERNMENT", "area_code": "91"}
        office = await papua.made("/institutions", body)
        await papua.made("/area-changes", SPLIT)
        await work()

        response = await self.resolve(papua, "94")

        assert response.status_code == 200, response.text
        moved = (await papua.get(f"/institutions/{office['id']}")).json()
        assert (moved["area_code"], moved["version"]) == ("94", office["version"] + 1)


class TestListSuccessions:
    async def test_says_what_became_of_codes_and_what_they_were_called(self, papua):
        for change in (SPLIT, RECODE):
            await papua.made("/area-changes", change)

        first = (await papua.registry.get("/v1/area-successions?limit=1")).json()
        regencies = (await papua.registry.get("/v1/area-successions?level=REGENCY")).json()

        assert first["items"] == [
            {"old_code": "91", "old_name": "Papua", "new_code": "91", "valid_from": DAY}
        ]
        assert "after=" in first["next"]
        assert regencies["next"] is None
        assert [(row["old_code"], row["new_code"]) for row in regencies["items"]] == [
            ("91.01", "93.01"), ("91.02", "95.01"), ("91.04", "94.01"),
        ]  # fmt: skip
        assert regencies["items"][0]["old_name"] == "Kabupaten Merauke"
