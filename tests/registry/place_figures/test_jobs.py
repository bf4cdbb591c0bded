"""Figures told by the registry's worker are what its own lists say."""

from collections import Counter

import pytest
from sqlalchemy import select, update

from services.registry.base import Event
from services.registry.bookings.tables import BookingSlot
from shared.clock import ledger_day, utc_now
from shared.schemas.registry import HoursMoved, SlotState, StandingMoved, Topic
from tests.registry.utilisation.test_api import WORKDAYS, figures

TODAY = ledger_day(utc_now())


@pytest.fixture
def told(in_transaction):
    """Return the function that adds up what was told under a topic, by cell."""

    async def add(topic: Topic) -> Counter:
        read = HoursMoved if topic is Topic.HOURS_MOVED else StandingMoved
        statement = select(Event).where(Event.topic == topic).order_by(Event.id)
        async with in_transaction() as session:
            events = (await session.scalars(statement)).all()
        sums: Counter = Counter()
        for event in events:
            moved = read.model_validate(event.payload)
            for figures_told, sign in ((moved.before, -1), (moved.after, 1)):
                for each in figures_told:
                    for name, number in each.model_dump(exclude={"cell"}).items():
                        sums[each.cell, name] += sign * number
        return Counter({key: n for key, n in sums.items() if n})

    return add


def by(sums: Counter, measure: str, *members: str) -> Counter:
    """Add up one measure by some members of the cells."""
    found: Counter = Counter()
    for (cell, name), n in sums.items():
        if name == measure:
            found[tuple(getattr(cell, member) for member in members)] += n
    return found


@pytest.fixture
async def open_facility(world) -> dict:
    """Return a facility that is open on workdays, under an agreement."""
    facility = await world.facility()
    answer = await world.registry.put(
        f"/v1/facilities/{facility['id']}/opening-hours",
        json={"weeks": [{"valid_from": "2026-01-01", "intervals": WORKDAYS}], "closed_days": []},
        headers={**world.admin, "If-Match": "*"},
    )
    assert answer.status_code == 200, answer.text
    await world.agreement(facility_ids=[facility["id"]])
    return facility


async def book(world, space: dict, *, ministry: str, day: str, hours: int) -> dict:
    slot = {"starts_at": f"{day}T01:00:00Z", "ends_at": f"{day}T{1 + hours:02}:00:00Z"}
    asked = await world.made(
        "/bookings",
        {
            "space_id": space["id"],
            "ministry": ministry,
            "purpose": "MINISTRY",
            "people": 9,
            "slots": [slot],
        },
    )
    answer = await world.post(f"/bookings/{asked['id']}/approve")
    assert answer.status_code == 200, answer.text
    return asked


class TestHours:
    async def test_are_those_of_the_registry_s_own_figures(
        self, world, work, told, open_facility, in_transaction
    ):
        space = await world.space(open_facility["id"])
        unstated = await world.space((await world.facility(area_code="33.74"))["id"])
        used = await book(world, space, ministry="MSME", day="2077-05-03", hours=3)
        await book(world, space, ministry="MANPOWER", day="2077-05-04", hours=2)
        late = await book(world, unstated, ministry="MANPOWER", day="2077-05-05", hours=1)
        async with in_transaction() as session:
            await session.execute(
                update(BookingSlot)
                .where(BookingSlot.booking_id.in_([used["id"], late["id"]]))
                .values(state=SlotState.USED)
            )

        await work()

        sums = await told(Topic.HOURS_MOVED)
        of_may = Counter({key: n for key, n in sums.items() if key[0].month == "2077-05"})
        items = {
            each["dims"]["facility_id"]: each
            for each in await figures(world, by="facility", month="2077-05")
        }
        for facility_id, item in items.items():
            own = Counter({k: n for k, n in of_may.items() if str(k[0].facility_id) == facility_id})
            minutes = {
                name: by(own, name)[()] / 60
                for name in ("open_minutes", "booked_minutes", "used_minutes")
            }
            assert minutes == {
                "open_minutes": item["hours_open"] or 0,
                "booked_minutes": item["hours_booked"],
                "used_minutes": item["hours_used"],
            }
        assert by(of_may, "used_of_open")[()] == 180
        assert by(of_may, "used_minutes", "using_ministry") == Counter(
            {("MSME",): 180, ("MANPOWER",): 60}
        )

    async def test_follow_bookings_that_are_cancelled_and_closures(
        self, world, work, told, open_facility
    ):
        space = await world.space(open_facility["id"])
        booking = await book(world, space, ministry="MSME", day="2077-05-03", hours=3)
        await work()
        await world.post(f"/bookings/{booking['id']}/cancel", {"reason": "Batal"})
        await world.made(
            f"/spaces/{space['id']}/closures",
            {
                "starts_at": "2077-05-03T01:00:00Z",
                "ends_at": "2077-05-03T09:00:00Z",
                "reason": "Perbaikan",
            },
        )

        await work()

        [item] = await figures(world, by="facility", month="2077-05")
        sums = await told(Topic.HOURS_MOVED)
        assert by(sums, "booked_minutes")[()] == 0
        assert by(sums, "open_minutes", "month")[("2077-05",)] == item["hours_open"] * 60

    async def test_are_told_once(self, world, work, told, open_facility, in_transaction):
        await world.space(open_facility["id"])
        await work()
        async with in_transaction() as session:
            before = (await session.scalars(select(Event.id).order_by(Event.id))).all()

        await work()

        async with in_transaction() as session:
            assert (await session.scalars(select(Event.id).order_by(Event.id))).all() == before
