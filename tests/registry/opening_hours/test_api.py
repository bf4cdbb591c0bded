import pytest
from sqlalchemy import select

from services.registry.base import Event
from shared.ids import new_id
from shared.scope import Role

WEEK = {
    "valid_from": "2027-01-01",
    "valid_to": None,
    "intervals": [{"weekday": 1, "opens": "08:00:00", "closes": "16:00:00"}],
}
HOLIDAY = {"day": "2027-08-17", "reason": "Hari Kemerdekaan"}


async def put(world, path: str, json: dict, *, by=None, etag: str = "*"):
    headers = {**(by or world.admin), "If-Match": etag}
    return await world.registry.put(f"/v1{path}", json=json, headers=headers)


class TestStateOpeningHours:
    async def test_replaces_what_was_stated_and_tells(self, world, in_transaction):
        path = f"/facilities/{(await world.facility())['id']}/opening-hours"
        unstated = await world.get(path)

        first = await put(
            world,
            path,
            {"weeks": [WEEK], "closed_days": [HOLIDAY]},
            etag=unstated.headers["etag"],
        )
        second = await put(world, path, {"weeks": []}, etag=first.headers["etag"])

        assert unstated.json()["weeks"] == []
        assert (first.json()["weeks"], first.json()["closed_days"]) == ([WEEK], [HOLIDAY])
        assert second.json()["weeks"] == second.json()["closed_days"] == []
        assert second.headers["etag"] == unstated.headers["etag"]
        async with in_transaction() as session:
            events = (
                await session.scalars(
                    select(Event.payload)
                    .where(Event.topic == "registry.opening_hours.stated")
                    .order_by(Event.xid, Event.id)
                )
            ).all()
        assert [(each["weeks"], each["closed_days"]) for each in events] == [(1, 1), (0, 0)]

    async def test_answers_304_while_nothing_changed(self, world):
        path = f"/facilities/{(await world.facility())['id']}/opening-hours"
        etag = (await put(world, path, {"weeks": [WEEK]})).headers["etag"]

        unchanged = await world.get(path, headers={"If-None-Match": etag})

        assert unchanged.status_code == 304

    @pytest.mark.parametrize(
        ("body", "code"),
        [
            ({"weeks": [WEEK, {**WEEK, "valid_from": "2028-01-01"}]}, "opening-hours-overlap"),
            ({"weeks": [{**WEEK, "valid_to": "2026-12-31"}]}, "opening-hours-order"),
            ({"weeks": [], "closed_days": [HOLIDAY]}, "closed-day-without-hours"),
            ({"weeks": [WEEK], "closed_days": [HOLIDAY, HOLIDAY]}, "closed-day-repeated"),
            ({"weeks": [{**WEEK, "intervals": []}]}, "validation-failed"),
            (
                {
                    "weeks": [
                        {
                            **WEEK,
                            "intervals": [{"weekday": 8, "opens": "08:00", "closes": "16:00"}],
                        }
                    ]
                },
                "validation-failed",
            ),
            (
                {
                    "weeks": [
                        {
                            **WEEK,
                            "intervals": [{"weekday": 1, "opens": "08:00Z", "closes": "16:00Z"}],
                        }
                    ]
                },
                "validation-failed",
            ),
        ],
    )
    async def test_refuses_what_is_wrong(self, world, body, code):
        facility = await world.facility()

        response = await put(world, f"/facilities/{facility['id']}/opening-hours", body)

        assert (response.status_code, response.json()["code"]) == (422, code)

    async def test_asks_who_what_and_which_version(self, world):
        facility = await world.facility()
        path, body = f"/facilities/{facility['id']}/opening-hours", {"weeks": [WEEK]}
        operator = world.auth(Role.FACILITY_OPERATOR, facilities=[facility["id"]])

        codes = [
            (await put(world, path, body, by=world.officer("32"))).status_code,
            (await put(world, path, body, by=world.auth(Role.AUDITOR))).status_code,
            (await put(world, f"/facilities/{new_id()}/opening-hours", body)).status_code,
            (await put(world, path, body, etag='"1"')).status_code,
            (await world.registry.put(f"/v1{path}", json=body, headers=world.admin)).status_code,
            (await put(world, path, body, by=operator)).status_code,
        ]
        await world.post(f"/facilities/{facility['id']}/close", {"reason": "Tutup"})
        closed = await put(world, path, {"weeks": []})

        assert codes == [403, 403, 404, 412, 428, 200]
        assert (closed.status_code, closed.json()["code"]) == (409, "facility-closed")


class TestStateClosedDays:
    async def test_is_for_whoever_acts_for_the_whole_country(self, world):
        national = await put(world, "/closed-days/2027", {"days": [HOLIDAY]})
        office = await put(world, "/closed-days/2027", {"days": []}, by=world.officer("33"))
        read = await world.get("/closed-days/2027", by=world.officer("33"))

        assert (national.status_code, office.status_code) == (200, 403)
        assert read.json() == {"year": 2027, "days": [HOLIDAY]}
        assert read.headers["etag"] == national.headers["etag"]

    @pytest.mark.parametrize(
        ("year", "days", "code"),
        [
            (2028, [HOLIDAY], "closed-day-year"),
            (2027, [HOLIDAY, HOLIDAY], "closed-day-repeated"),
        ],
    )
    async def test_refuses_what_is_no_list_of_that_year(self, world, year, days, code):
        response = await put(world, f"/closed-days/{year}", {"days": days})

        assert (response.status_code, response.json()["code"]) == (422, code)

    async def test_does_not_overwrite_what_was_not_read(self, world):
        stale = (await world.get("/closed-days/2027")).headers["etag"]
        await put(world, "/closed-days/2027", {"days": [HOLIDAY]}, etag=stale)

        response = await put(world, "/closed-days/2027", {"days": []}, etag=stale)

        assert response.status_code == 412
