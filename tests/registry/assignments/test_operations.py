from uuid import UUID

import pytest

from services.registry.assignments.operations import Moment, move_assignments
from services.registry.assignments.rules import AssignedFacilityUnknownError
from shared.clock import ledger_day, utc_now
from shared.ids import new_id
from tests.registry.assignments.test_api import granted, told
from tests.registry.conftest import TESTER

MOMENT = Moment(now=utc_now(), today=ledger_day(utc_now()))


@pytest.fixture
def move(in_transaction):
    async def merge(gone: dict, to: str) -> int:
        async with in_transaction() as session:
            return await move_assignments(
                session, gone=UUID(gone["id"]), to=UUID(to), actor=TESTER, moment=MOMENT
            )

    return merge


class TestMoveAssignments:
    async def test_those_of_a_merged_facility_go_on_at_the_one_that_stays(
        self, world, move, in_transaction
    ):
        gone = await world.facility(area_code="33.73")
        stays = await world.facility(area_code="32.73")
        third = await world.facility(area_code="91.71")
        operator = {"role": "FACILITY_OPERATOR", "areas": []}
        one = await granted(world, **operator, facilities=[gone["id"], third["id"]])
        both = await granted(world, **operator, subject="both", facilities=[gone["id"]])
        twin = await granted(world, **operator, subject="both", facilities=[stays["id"]])
        await granted(world, subject="office")
        await world.post(f"/facilities/{gone['id']}/close")

        moved = await move(gone, stays["id"])
        again = await move(gone, stays["id"])

        async def shown(assignment: dict) -> dict:
            return (await world.get(f"/assignments/{assignment['id']}")).json()

        assert (moved, again) == (2, 0)
        assert (await shown(one))["facilities"] == [stays["id"], third["id"]]
        assert (await shown(both))["revoke_reason"] == "merged"
        assert (await shown(twin))["version"] == 1
        events = await told(in_transaction, one["id"])
        assert events[-1].topic == "registry.assignment.changed"
        assert events[-1].payload["facilities"] == [stays["id"], third["id"]]
        seen = await world.get("/assignments", by=world.officer("32"))
        assert {each["id"] for each in seen.json()["items"]} == {one["id"], twin["id"]}

    async def test_goes_on_where_its_holder_has_been_before(self, world, move):
        gone = await world.facility(area_code="33.73")
        stays = await world.facility(area_code="32.73")
        head = {"role": "FACILITY_OPERATOR", "areas": [], "valid_from": "2025-01-01"}
        await granted(world, **head, facilities=[stays["id"]], valid_to="2025-06-30")
        now = await granted(world, **head, facilities=[gone["id"]])

        await move(gone, stays["id"])

        moved = (await world.get(f"/assignments/{now['id']}")).json()
        assert (moved["facilities"], moved["revoked_at"]) == ([stays["id"]], None)
        assert moved["valid_from"] == str(MOMENT.today)

    async def test_refuses_to_move_them_to_nowhere(self, world, move):
        gone = await world.facility()

        with pytest.raises(AssignedFacilityUnknownError):
            await move(gone, str(new_id()))
