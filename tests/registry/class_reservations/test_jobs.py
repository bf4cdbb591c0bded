from datetime import timedelta

import pytest
from sqlalchemy import text

from services.registry.class_reservations.jobs import mark_sessions_held
from services.registry.worker import create_worker
from shared.clock import utc_now
from shared.ids import new_id
from shared.scope import Role


@pytest.fixture
async def reserved(world) -> dict:
    """A class that met three and two days ago, meets now, and will tomorrow."""
    facility = await world.facility()
    space = await world.space(facility["id"])
    agreement = await world.agreement(facility_ids=[facility["id"]])
    module = await world.module()
    instructor = await world.instructor(facility["id"])
    now = utc_now().replace(microsecond=0)
    starts = [now - timedelta(days=3), now - timedelta(days=2), now, now + timedelta(days=1)]
    body = {
        "facility_id": facility["id"],
        "space_id": space["id"],
        "agreement_id": agreement["id"],
        "module_id": module["id"],
        "instructor_ids": [instructor["id"]],
        "starts_on": starts[0].date().isoformat(),
        "starts_at": starts[0].isoformat(),
        "sessions": [
            {"starts_at": each.isoformat(), "ends_at": (each + timedelta(hours=4)).isoformat()}
            for each in starts
        ],
        "ministry": "MANPOWER",
        "people": 10,
    }
    class_id = new_id()
    service = world.auth(Role.SERVICE)
    path = f"/v1/class-reservations/{class_id}"
    response = await world.registry.put(path, json=body, headers=service)
    assert response.status_code == 200, response.text
    return {**response.json(), "path": f"/class-reservations/{class_id}", "by": service}


@pytest.fixture
def run(registry):
    async def mark() -> None:
        async with create_worker(registry.state["settings"]).context() as context:
            await mark_sessions_held(context)

    return mark


@pytest.fixture
def read(in_transaction):
    async def rows(statement: str) -> list:
        async with in_transaction() as session:
            return list((await session.scalars(text(statement))).all())

    return rows


SLOTS = "SELECT state FROM registry.booking_slot ORDER BY position"


class TestMarkSessionsHeld:
    async def test_counts_what_is_over_as_used_unless_somebody_said_otherwise(
        self, world, reserved, run, read
    ):
        booking = f"/bookings/{reserved['booking_id']}"
        await world.post(
            f"{reserved['path']}/confirm",
            {"booking_id": reserved["booking_id"]},
            by=reserved["by"],
        )
        missed = await world.post(f"{booking}/slots/0/no-show")
        assert missed.status_code == 200, missed.text

        await run()
        await run()

        assert await read(SLOTS) == ["NO_SHOW", "USED", "APPROVED", "APPROVED"]
        topics = await read(
            "SELECT payload ->> 'position' FROM registry.event"
            " WHERE topic = 'registry.booking_slot.used'"
        )
        assert topics == ["1"]

    async def test_leaves_what_is_only_held(self, reserved, run, read):
        await run()

        assert await read(SLOTS) == ["APPROVED"] * 4
