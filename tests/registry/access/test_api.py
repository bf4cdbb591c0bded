import pytest
from sqlalchemy import select

from services.registry.base import Audit, Event
from tests.registry.world import facility_body


async def noted(in_transaction) -> list[tuple]:
    async with in_transaction() as session:
        rows = (await session.scalars(select(Audit).order_by(Audit.at))).all()
    return [(row.action, row.subject_id and str(row.subject_id), row.detail) for row in rows]


class TestNotesDenied:
    @pytest.mark.parametrize("verb", ["close", "suspend"])
    async def test_keeps_what_was_tried_outside_the_scope(self, world, in_transaction, verb):
        facility = await world.facility(area_code="33.73")

        await world.post(f"/facilities/{facility['id']}/{verb}", by=world.officer("32"))

        detail = {"code": "out-of-scope", "permission": "facilities:write"}
        action = f"denied POST /v1/facilities/{{facility_id}}/{verb}"
        assert await noted(in_transaction) == [(action, facility["id"], detail)]

    async def test_keeps_who_looked_for_a_person_out_of_sight(self, world, in_transaction):
        facility = await world.facility(area_code="33.73")
        instructor = await world.instructor(facility["id"])

        await world.get(f"/instructors/{instructor['id']}", by=world.officer("32"))

        action, subject, detail = (await noted(in_transaction))[0]
        assert (action, subject) == ("denied GET /v1/instructors/{instructor_id}", instructor["id"])
        assert detail["code"] == "instructor-not-found"

    async def test_keeps_it_though_nothing_was_made(self, world, in_transaction):
        await world.post("/facilities", facility_body(), by=world.officer("32"))

        assert [subject for _, subject, _ in await noted(in_transaction)] == [None]
        async with in_transaction() as session:
            assert (await session.scalars(select(Event))).all() == []

    async def test_notes_nothing_of_what_is_allowed_or_only_wrong(self, world, in_transaction):
        facility = await world.facility()
        await world.post(f"/facilities/{facility['id']}/close", by=world.officer("33"))
        await world.post(f"/facilities/{facility['id']}/close", by=world.officer("33"))

        assert await noted(in_transaction) == []
