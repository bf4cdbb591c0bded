from datetime import date, timedelta
from uuid import UUID

import pytest
from sqlalchemy import event, update

from services.registry.bookings.tables import BookingSlot
from services.registry.opening_hours.queries import hours_of
from services.registry.opening_hours.rules import hours_open
from shared.schemas.registry import SlotState
from shared.scope import Role

WORKDAYS = [{"weekday": day, "opens": "08:00", "closes": "16:00"} for day in range(1, 6)]


@pytest.fixture
async def facility(world) -> dict:
    """Return a facility that is open 21 days of 8 hours in May 2077, but for the 17th."""
    facility = await world.facility()
    stated = {
        "weeks": [{"valid_from": "2077-01-01", "intervals": WORKDAYS}],
        "closed_days": [{"day": "2077-05-17", "reason": "Libur"}],
    }
    answer = await world.registry.put(
        f"/v1/facilities/{facility['id']}/opening-hours",
        json=stated,
        headers={**world.admin, "If-Match": "*"},
    )
    assert answer.status_code == 200, answer.text
    await world.agreement(facility_ids=[facility["id"]])
    return facility


@pytest.fixture
def book(world, in_transaction):
    """Return the function that books a space for hours of UTC, and lets them have been used."""

    async def run(space: dict, starts_at: str, ends_at: str, *, ministry="MANPOWER", used=False):
        body = {"space_id": space["id"], "ministry": ministry, "purpose": "MINISTRY", "people": 9}
        slots = [{"starts_at": starts_at, "ends_at": ends_at}]
        asked = await world.made("/bookings", {**body, "slots": slots})
        answer = await world.post(f"/bookings/{asked['id']}/approve")
        assert answer.status_code == 200, answer.text
        if used:
            of_booking = BookingSlot.booking_id == asked["id"]
            async with in_transaction() as session:
                await session.execute(
                    update(BookingSlot).where(of_booking).values(state=SlotState.USED)
                )

    return run


async def figures(world, **asked) -> list[dict]:
    response = await world.registry.get("/v1/utilisation", params=asked, headers=world.admin)
    assert response.status_code == 200, response.text
    return response.json()["items"]


class TestListUtilisation:
    async def test_counts_hours_used_of_hours_open_and_who_used_the_idle_ones(
        self, world, facility, book, in_transaction
    ):
        space = await world.space(facility["id"])
        await book(space, "2077-05-03T01:00:00Z", "2077-05-03T09:00:00Z", used=True)
        await book(
            space, "2077-05-04T01:00:00Z", "2077-05-04T05:00:00Z", ministry="MSME", used=True
        )
        await book(space, "2077-05-05T01:00:00Z", "2077-05-05T03:00:00Z", ministry="MSME")

        (item,) = await figures(world, by="space", month="2077-05")

        async with in_transaction() as session:
            hours = await hours_of(session, UUID(facility["id"]))
        stated = hours_open(hours, first=date(2077, 5, 1), last=date(2077, 5, 31))
        assert item == {
            "dims": {
                "month": "2077-05",
                "province_code": "33",
                "regency_code": "33.73",
                "facility_id": facility["id"],
                "space_id": space["id"],
            },
            "spaces": 1,
            "spaces_without_hours": 0,
            "hours_open": stated / timedelta(hours=1),
            "hours_booked": 14.0,
            "hours_used": 12.0,
            "rate": round(12 / 160, 4),
            "idle_hours_used": 4.0,
            "by_ministry": {"MSME": 4.0},
        }

    async def test_turns_the_month_by_the_clocks_of_the_facility(self, world, book):
        space = await world.space((await world.facility(area_code="91.71"))["id"])
        await book(space, "2077-05-31T13:00:00Z", "2077-05-31T17:00:00Z", used=True)

        items = await figures(world, by="space", **{"from": "2077-05", "to": "2077-06"})

        assert [(each["dims"]["month"], each["hours_used"]) for each in items] == [
            ("2077-05", 2.0),
            ("2077-06", 2.0),
        ]
        assert {each["hours_open"] for each in items} == {None}
        assert {each["spaces_without_hours"] for each in items} == {1}

    async def test_leaves_out_hours_out_of_service(self, world, facility):
        space = await world.space(facility["id"])
        await world.made(
            f"/spaces/{space['id']}/closures",
            {
                "starts_at": "2077-05-28T05:00:00Z",
                "ends_at": "2077-06-02T01:00:00Z",
                "reason": "Perbaikan",
            },
        )

        items = await figures(world, by="space", **{"from": "2077-05", "to": "2077-06"})

        # Four hours of Friday 28 and all of Monday 31 May; Tuesday 1 June.
        assert [each["hours_open"] for each in items] == [160 - 4 - 8, 22 * 8 - 8]
        assert {each["hours_booked"] for each in items} == {0}

    async def test_adds_up_by_facility_regency_and_province(self, world, facility, book):
        one, two = [await world.space(facility["id"]) for _ in range(2)]
        other = await world.space((await world.facility(area_code="33.74"))["id"])
        for each in (one, other):
            await book(each, "2077-05-03T01:00:00Z", "2077-05-03T02:00:00Z", used=True)
        await book(two, "2077-05-03T01:00:00Z", "2077-05-03T02:00:00Z", used=True)

        province = await figures(world, by="province", month="2077-05")
        regencies = await figures(world, by="regency", month="2077-05")
        of_area = await figures(world, by="facility", month="2077-05", area="33.73")
        of_facility = await figures(world, by="space", month="2077-05", facility_id=facility["id"])

        (total,) = province
        assert (total["spaces"], total["spaces_without_hours"]) == (3, 1)
        assert (total["hours_open"], total["hours_used"]) == (320.0, 3.0)
        # What is used in spaces without hours is no part of the rate.
        assert total["rate"] == round(2 / 320, 4)
        assert [each["dims"]["regency_code"] for each in regencies] == ["33.73", "33.74"]
        assert [each["hours_open"] for each in regencies] == [320.0, None]
        assert [each["dims"]["facility_id"] for each in of_area] == [facility["id"]]
        assert len(of_facility) == 2

    async def test_goes_on_where_the_page_ended_in_one_statement(self, world, facility):
        for _ in range(3):
            await world.space(facility["id"])
        statements = []
        engine = world.registry.state["sessions"].kw["bind"].sync_engine
        asked = {"by": "space", "from": "2077-05", "to": "2077-06", "limit": 4}
        officer = world.auth(Role.FACILITY_OPERATOR, facilities=[facility["id"]])

        @event.listens_for(engine, "before_cursor_execute")
        def note(_, __, statement, *___) -> None:
            statements.append(statement)

        first = (await world.registry.get("/v1/utilisation", params=asked, headers=officer)).json()
        event.remove(engine, "before_cursor_execute", note)
        rest = first["next"].removeprefix("http://balai.test/registry")
        second = (await world.registry.get(rest, headers=officer)).json()

        seen = [
            (each["dims"]["space_id"], each["dims"]["month"])
            for each in first["items"] + second["items"]
        ]
        assert (len(first["items"]), len(set(seen)), second["next"]) == (4, 6, None)
        assert seen == sorted(seen)
        assert sum("booking_slot" in each for each in statements) == 1

    async def test_goes_on_to_the_last_place_of_one_month(self, world, facility):
        spaces = [(await world.space(facility["id"]))["id"] for _ in range(3)]
        address, seen = "/v1/utilisation?by=space&month=2077-05&limit=1", []

        while address:
            page = (await world.registry.get(address, headers=world.admin)).json()
            seen += [each["dims"]["space_id"] for each in page["items"]]
            address = (page["next"] or "").removeprefix("http://balai.test/registry")

        assert seen == sorted(spaces)

    @pytest.mark.parametrize(
        ("asked", "status"),
        [
            ({"by": "space"}, 400),
            ({"by": "space", "month": "2077-13"}, 400),
            ({"by": "space", "month": "May"}, 422),
            ({"by": "village", "month": "2077-05"}, 422),
            ({"month": "2077-05"}, 422),
        ],
    )
    async def test_refuses_what_cannot_be_meant(self, world, asked, status):
        response = await world.registry.get("/v1/utilisation", params=asked, headers=world.admin)

        assert response.status_code == status
