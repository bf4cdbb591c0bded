import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from services.registry.base import Event
from services.registry.engagements.operations import engage, release
from services.registry.engagements.queries import slots_of
from services.registry.engagements.rules import InstructorEngagedError, Period
from services.registry.instructors.rules import CertificateExpiredError, InstructorUnknownError
from services.registry.modules.rules import NoSuchModuleError
from shared.ids import new_id
from shared.scope import NATIONAL
from tests.registry.world import certificate_body

NOW = datetime(2026, 4, 1, tzinfo=UTC)
MORNINGS = ((4, 1), (5, 1))
AFTERNOONS = ((4, 6), (5, 6))


def periods(*starts: tuple[int, int]) -> list[Period]:
    begin = [datetime(2026, 5, day, hour, tzinfo=UTC) for day, hour in starts]
    return [Period(each, each + timedelta(hours=4)) for each in begin]


class Desk:
    """Engages instructors of one facility for one module."""

    def __init__(self, in_transaction, facility: dict, module: dict) -> None:
        self.in_transaction = in_transaction
        self.facility_id = UUID(facility["id"])
        self.module_id = UUID(module["id"])

    async def engage(self, class_id, *instructors: dict, at=MORNINGS, module_id=None) -> bool:
        async with self.in_transaction() as session:
            return await engage(
                session,
                class_id,
                facility_id=self.facility_id,
                module_id=module_id or self.module_id,
                instructor_ids=[UUID(each["id"]) for each in instructors],
                sessions=periods(*at),
                scope=NATIONAL,
                now=NOW,
            )

    async def release(self, class_id) -> bool:
        async with self.in_transaction() as session:
            return await release(session, class_id, now=NOW)

    async def slots(self, class_id) -> set:
        async with self.in_transaction() as session:
            return await slots_of(session, class_id)

    async def events(self, class_id) -> list[tuple[str, int]]:
        async with self.in_transaction() as session:
            events = await session.scalars(
                select(Event).where(Event.stream_id == class_id).order_by(Event.xid, Event.id)
            )
            return [(event.topic, event.version) for event in events]


@pytest.fixture
async def facility(world) -> dict:
    return await world.facility()


@pytest.fixture
async def desk(world, in_transaction, facility) -> Desk:
    return Desk(in_transaction, facility, await world.module(trade="BAKERY"))


class TestEngage:
    async def test_keeps_who_teaches_when_and_changes_nothing_when_asked_again(
        self, world, desk, facility
    ):
        sri, class_id = await world.instructor(facility["id"]), new_id()

        answers = [await desk.engage(class_id, sri), await desk.engage(class_id, sri)]

        assert answers == [True, False]
        assert await desk.slots(class_id) == {
            (UUID(sri["id"]), period) for period in periods(*MORNINGS)
        }
        assert await desk.events(class_id) == [("registry.instructors.engaged", 1)]

    async def test_puts_others_in_the_place_of_those_before(self, world, desk, facility):
        sri, budi = [await world.instructor(facility["id"]) for _ in range(2)]
        class_id = new_id()
        await desk.engage(class_id, sri)

        assert await desk.engage(class_id, sri, budi)
        assert await desk.engage(class_id, budi, at=AFTERNOONS)

        assert await desk.slots(class_id) == {
            (UUID(budi["id"]), period) for period in periods(*AFTERNOONS)
        }
        assert await desk.engage(new_id(), sri)

    async def test_refuses_who_teaches_elsewhere_and_tells_when_but_not_who(
        self, world, desk, facility
    ):
        sri = await world.instructor(facility["id"], name="Sri Melati")
        await desk.engage(new_id(), sri)

        with pytest.raises(InstructorEngagedError) as refusal:
            await desk.engage(new_id(), sri, at=((5, 4), (9, 1)))

        assert refusal.value.extra == {
            "engaged": [
                {
                    "instructor_id": sri["id"],
                    "starts_at": "2026-05-05T01:00:00+00:00",
                    "ends_at": "2026-05-05T05:00:00+00:00",
                }
            ]
        }

    async def test_lets_one_class_follow_the_other_at_once(self, world, desk, facility):
        sri = await world.instructor(facility["id"])
        await desk.engage(new_id(), sri, at=((4, 1),))

        assert await desk.engage(new_id(), sri, at=((4, 5),))

    async def test_gives_the_hours_to_exactly_one_of_many(self, world, desk, facility):
        sri = await world.instructor(facility["id"])

        answers = await asyncio.gather(
            *(desk.engage(new_id(), sri) for _ in range(6)), return_exceptions=True
        )

        assert answers.count(True) == 1
        assert [type(each) for each in answers if each is not True] == [InstructorEngagedError] * 5

    async def test_has_one_effect_when_the_same_is_asked_at_once(self, world, desk, facility):
        sri, class_id = await world.instructor(facility["id"]), new_id()

        answers = await asyncio.gather(*(desk.engage(class_id, sri) for _ in range(4)))

        assert sorted(answers) == [False, False, False, True]

    async def test_refuses_whose_certificate_ends_before_the_last_day(self, world, desk, facility):
        sri = await world.instructor(facility["id"])
        path = f"/instructors/{sri['id']}/certificates"
        await world.made(path, certificate_body(valid_to="2026-05-04"))

        with pytest.raises(CertificateExpiredError) as refusal:
            await desk.engage(new_id(), sri)

        assert refusal.value.pointer == "/instructor_ids/0"
        await world.made(path, certificate_body(valid_to="2026-05-05"))
        assert await desk.engage(new_id(), sri)

    async def test_refuses_what_is_not_there(self, world, desk, facility):
        sri = await world.instructor(facility["id"])

        with pytest.raises(InstructorUnknownError):
            await desk.engage(new_id(), sri, {"id": str(new_id())})
        with pytest.raises(NoSuchModuleError):
            await desk.engage(new_id(), sri, module_id=new_id())


class TestRelease:
    async def test_gives_the_hours_back_once(self, world, desk, facility):
        sri, class_id = await world.instructor(facility["id"]), new_id()
        await desk.engage(class_id, sri)

        answers = [await desk.release(class_id), await desk.release(class_id)]

        assert answers == [True, False]
        assert await desk.engage(new_id(), sri)
        assert await desk.events(class_id) == [
            ("registry.instructors.engaged", 1),
            ("registry.instructors.released", 2),
        ]

    async def test_knows_no_class_that_engages_nobody(self, desk):
        assert await desk.release(new_id()) is False
