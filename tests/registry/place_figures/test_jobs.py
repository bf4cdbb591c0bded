"""Figures told by the registry's worker are what its own lists say."""

from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from services.registry.agreements.tables import Agreement
from services.registry.base import Event
from services.registry.bookings.tables import BookingSlot
from services.registry.place_figures.jobs import tell_all
from services.registry.worker import create_worker
from shared.clock import ledger_day, utc_now
from shared.schemas.registry import HoursMoved, SlotState, StandingMoved, Topic
from tests.registry.developments.test_api import EVIDENCE, LIFE, day
from tests.registry.facility_merges.test_api import merged
from tests.registry.incubators.test_api import designation
from tests.registry.maturity.test_api import TUMBUH, assessment
from tests.registry.roadmaps.test_api import DONE, adoption, state, template
from tests.registry.tenants.test_api import tenant
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


def stands(sums: Counter, facility: dict | None = None) -> dict[tuple, tuple[int, int]]:
    """Return number and amount of what stands, by kind, value and detail."""
    found: dict[tuple, list[int]] = {}
    for (cell, name), n in sums.items():
        if facility is None or str(cell.facility_id) == facility["id"]:
            key = (cell.kind.value, cell.value, cell.detail)
            found.setdefault(key, [0, 0])[name == "amount"] += n
    return {key: (n, amount) for key, (n, amount) in found.items()}


class TestStandings:
    async def test_are_what_a_hand_counts_of_a_centre(self, world, work, told):
        centre = await world.facility(kind="BLKK", area_code="33.73")
        path = f"/facilities/{centre['id']}"
        await world.post("/roadmap-templates", template("A", "B"))
        await world.made(f"{path}/maturity-assessments", assessment(year=2024))
        roadmap = await world.made(f"{path}/roadmap", adoption())
        incubator = await world.made(f"{path}/incubators", designation())
        await world.made(f"/incubators/{incubator['id']}/tenants", tenant())
        await work()
        await world.made(f"{path}/maturity-assessments", assessment(*TUMBUH, year=2025))
        await state(world, roadmap, "A", DONE)
        agreement = await world.agreement(facility_ids=[centre["id"]])

        await work()

        sums = await told(Topic.STANDING_MOVED)
        assert stands(sums, centre) == {
            ("MATURITY", "TUMBUH", ""): (1, 0),
            ("ROADMAP", "ADOPTED", "2"): (1, 0),
            ("MILESTONE", "DONE", ""): (1, 0),
            ("MILESTONE", "OVERDUE", ""): (1, 0),
            ("INCUBATOR", "ACTIVE", ""): (1, 2),
            ("TENANT", "IN", "PRE_INCUBATION"): (1, 0),
            ("COVERAGE", "COVERED", ""): (1, 0),
        }
        assert stands(sums)[("AGREEMENT", "ACTIVE", agreement["kind"])] == (1, 0)

    async def test_follow_a_development_to_its_accounts(self, world, work, told):
        centre = await world.facility(kind="BLKK", status="PLANNED")
        builder = await world.made(
            "/institutions", {"code": "YPC", "name": "Yayasan", "kind": "FOUNDATION"}
        )
        proposal = {
            "number": "BLKK/1",
            "title": "Pembangunan BLK Komunitas",
            "facility_id": centre["id"],
            "institution_id": builder["id"],
            "ministry": "MANPOWER",
            "grant_rupiah": 500_000_000,
            "proposed_on": day(-300),
            "evidence": EVIDENCE,
        }
        made = await world.made("/developments", proposal)
        for each in LIFE[:-1]:
            await world.post(f"/developments/{made['id']}/steps", each)
        await work()
        late = stands(await told(Topic.STANDING_MOVED))

        await world.post(f"/developments/{made['id']}/steps", LIFE[-1])
        await work()

        done = stands(await told(Topic.STANDING_MOVED))
        assert late[("DEVELOPMENT", "EQUIPPED", "OVERDUE")] == (1, 500_000_000)
        assert done[("DEVELOPMENT", "ACCOUNTED_FOR", "")] == (1, 500_000_000)
        assert ("DEVELOPMENT", "EQUIPPED", "OVERDUE") not in done
        assert done[("GRANT", "GRANTED", "")] == (1, 500_000_000)

    async def test_of_merged_facilities_count_once(self, world, work, told):
        gone, stays = [await world.facility(kind="BLKK", area_code="33.73") for _ in range(2)]
        for centre, met, year in ((gone, TUMBUH, 2025), (stays, (), 2024)):
            path = f"/facilities/{centre['id']}/maturity-assessments"
            await world.made(path, assessment(*met, year=year))
        agreement = await world.agreement(facility_ids=[gone["id"]])
        action = {
            "agreement_id": agreement["id"],
            "title": "Pelatihan serentak",
            "responsible": {"ministry": "MSME"},
            "facility_id": gone["id"],
            "due_on": day(30),
        }
        await world.made("/agreement-actions", action)
        await work()

        await merged(world, gone, stays)
        await work()

        sums = await told(Topic.STANDING_MOVED)
        assert stands(sums, gone) == {}
        assert stands(sums, stays) == {
            ("MATURITY", "TUMBUH", ""): (1, 0),
            ("COVERAGE", "COVERED", ""): (1, 0),
            ("ACTION", "PLANNED", ""): (1, 0),
        }

    async def test_are_told_anew_at_night_when_a_day_has_passed(
        self, world, work, told, in_transaction, registry
    ):
        agreement = await world.agreement(facility_ids=[(await world.facility())["id"]])
        await work()
        async with in_transaction() as session:
            past = TODAY - timedelta(days=1)
            await session.execute(
                update(Agreement).where(Agreement.id == agreement["id"]).values(valid_to=past)
            )

        async with create_worker(registry.state["settings"]).context() as context:
            await tell_all(context)

        sums = stands(await told(Topic.STANDING_MOVED))
        assert sums[("AGREEMENT", "EXPIRED", agreement["kind"])] == (1, 0)
        assert sums[("COVERAGE", "UNCOVERED", "")] == (1, 0)
