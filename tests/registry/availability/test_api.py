import pytest

from shared.ids import new_id
from shared.scope import Role

WANTED = {
    "people": 20,
    "from": "2077-05-03",
    "to": "2077-05-07",
    "starts": "08:00",
    "ends": "16:00",
}


async def book(world, space: dict, *days: int) -> None:
    """Book a space, which lies in Central Java, from nine to ten on days of May."""
    slots = [
        {"starts_at": f"2077-05-{day:02d}T02:00:00Z", "ends_at": f"2077-05-{day:02d}T03:00:00Z"}
        for day in days
    ]
    body = {"space_id": space["id"], "ministry": "MANPOWER", "purpose": "MINISTRY", "people": 9}
    asked = await world.made("/bookings", {**body, "slots": slots})
    assert (await world.post(f"/bookings/{asked['id']}/approve")).status_code == 200


async def open_on(world, facility: dict, *weekdays: int, closed: list[str] | None = None) -> None:
    week = {
        "valid_from": "2077-01-01",
        "intervals": [{"weekday": each, "opens": "08:00", "closes": "16:00"} for each in weekdays],
    }
    days = [{"day": day, "reason": "Libur"} for day in closed or []]
    answer = await world.registry.put(
        f"/v1/facilities/{facility['id']}/opening-hours",
        json={"weeks": [week], "closed_days": days},
        headers={**world.admin, "If-Match": "*"},
    )
    assert answer.status_code == 200, answer.text


async def found(world, **wanted) -> list[str]:
    response = await world.get("/free-slots", **{**WANTED, **wanted})
    assert response.status_code == 200, response.text
    return [each["space_name"] for each in response.json()["items"]]


class TestListFreeSlots:
    async def test_finds_what_is_large_open_and_free_all_the_time(self, world):
        facility = await world.facility(trades=["WELDING"])
        await open_on(world, facility, 1, 2, 3, 4, 5)
        free = await world.space(facility["id"], name="A", capacity=20, kind="WORKSHOP")
        taken = await world.space(facility["id"], name="B")
        await world.space(facility["id"], name="C", capacity=19)
        closed = await world.space(facility["id"], name="D")
        await book(world, taken, 4)
        await world.post(f"/spaces/{closed['id']}/close")

        response = await world.get("/free-slots", by=world.auth(Role.AUDITOR), **WANTED)

        (item,) = response.json()["items"]
        assert (item["space_id"], item["facility_id"]) == (free["id"], facility["id"])
        assert (item["hours_stated"], item["distance_m"]) == (True, None)
        assert [each["starts_at"] for each in item["windows"]] == [
            f"2077-05-{day:02d}T01:00:00+00:00" for day in range(3, 8)
        ]
        assert item["windows"][0]["ends_at"] == "2077-05-03T09:00:00+00:00"

    async def test_counts_days_where_some_are_enough(self, world):
        facility = await world.facility()
        await open_on(world, facility, 1, 2, 3, 4, closed=["2077-05-04"])
        space = await world.space(facility["id"], name="A")
        await book(world, space, 5)

        two = await world.get("/free-slots", **WANTED, at_least_days=2)

        (item,) = two.json()["items"]
        assert [each["starts_at"][8:10] for each in item["windows"]] == ["03", "06"]
        assert await found(world, at_least_days=3) == []
        assert await found(world, weekdays="1,4") == ["A"]
        assert await found(world, weekdays="1,4", ends="16:30") == []

    async def test_keeps_the_hours_of_the_time_zone(self, world):
        east = await world.facility(area_code="91.71")
        await world.space(east["id"], name="A")
        # From nine to ten in Jayapura is from seven to eight in Salatiga.
        asked = {"people": 1, "weekdays": "1"}

        response = await world.get("/free-slots", **{**WANTED, **asked})

        (item,) = response.json()["items"]
        assert item["windows"][0]["starts_at"] == "2077-05-02T23:00:00+00:00"
        assert item["hours_stated"] is False

    async def test_closes_all_that_state_hours_on_a_public_holiday(self, world):
        stated, unstated = await world.facility(), await world.facility()
        await open_on(world, stated, 1, 2, 3, 4, 5)
        await world.space(stated["id"], name="A")
        await world.space(unstated["id"], name="B")
        await world.registry.put(
            "/v1/closed-days/2077",
            json={"days": [{"day": "2077-05-06", "reason": "Kenaikan Isa Almasih"}]},
            headers={**world.admin, "If-Match": "*"},
        )

        assert await found(world) == ["B"]
        assert await found(world, to="2077-05-05") == ["A", "B"]

    async def test_narrows(self, world):
        java = await world.facility(trades=["WELDING"], latitude=-7.33, longitude=110.5)
        papua = await world.facility(
            area_code="91.71", kind="PLUT", latitude=-2.53, longitude=140.7
        )
        asleep = await world.facility(status="PLANNED")
        await world.space(java["id"], name="A", kind="WORKSHOP")
        await world.space(papua["id"], name="B")
        await world.space(asleep["id"], name="C")

        assert await found(world) == ["A", "B"]
        assert await found(world, area="33") == ["A"]
        assert await found(world, area="91.71") == ["B"]
        assert await found(world, trade="WELDING") == ["A"]
        assert await found(world, kind="WORKSHOP,PRODUCTION_LINE") == ["A"]
        assert await found(world, facility_kind="PLUT") == ["B"]
        assert await found(world, near="-2.5,140.7") == ["B", "A"]
        assert await found(world, near="-7.3,110.5", radius_km=30) == ["A"]

    @pytest.mark.parametrize("near", [None, "-7.3,110.5"])
    async def test_goes_on_where_the_page_ended(self, world, near):
        for _ in range(2):
            facility = await world.facility(latitude=-7.33, longitude=110.5)
            for name in ("A", "B", "C"):
                await world.space(facility["id"], name=name)
        wanted = WANTED if near is None else {**WANTED, "near": near}

        seen, response = [], await world.get("/free-slots", limit=2, **wanted)
        while True:
            page = response.json()
            seen += [(each["facility_code"], each["space_name"]) for each in page["items"]]
            if page["next"] is None:
                break
            rest = page["next"].removeprefix("http://balai.test/registry")
            response = await world.registry.get(rest, headers=world.admin)

        assert seen == sorted(seen)
        assert len(set(seen)) == len(seen) == 6

    @pytest.mark.parametrize(
        ("wanted", "status", "code"),
        [
            ({"to": "2077-05-02"}, 422, "free-slots-invalid"),
            ({"ends": "08:00"}, 422, "free-slots-invalid"),
            ({"weekdays": "6"}, 422, "free-slots-invalid"),
            ({"people": 0}, 422, "validation-failed"),
            ({"near": "here", "radius_km": 1}, 400, "near-invalid"),
            ({"facility": str(new_id())}, 400, "unknown-parameter"),
        ],
    )
    async def test_refuses_what_cannot_be_meant(self, world, wanted, status, code):
        response = await world.get("/free-slots", **{**WANTED, **wanted})

        assert (response.status_code, response.json()["code"]) == (status, code)
