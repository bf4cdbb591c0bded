"""Grants that a service keeps itself: what it makes of the registry's events, and how it asks."""

from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from sqlalchemy import select

from shared.db.grants import (
    follow_grants,
    forget_grants,
    grants_in_force,
    holder_of,
    read_grants,
)
from shared.db.session import transaction
from shared.ids import new_id
from shared.schemas.events import EventRead
from shared.scope import NATIONAL, Grant, Role
from tests.shared.conftest import ACTOR
from tests.shared.db.tables import HeldGrant
from tests.shared.db.test_plans import Explain, text

DAY = date(2026, 11, 22)
HOLDER = holder_of("balai:people", "ibu-sari")
MANY = """
INSERT INTO kernel.held_grant
    (id, holder, role, ministries, areas, facilities, valid_from, version)
SELECT uuidv7(), md5(n::text), 'ANALYST', '{}', '{}', '{}', '2026-01-01', 1
FROM generate_series(1, 20000) n
"""


def told(assignment_id: UUID, *, version: int = 1, topic: str = "granted", **facts) -> EventRead:
    now = datetime(2026, 11, 22, 5, tzinfo=UTC)
    held = {
        "id": str(assignment_id),
        "holder": HOLDER,
        "role": "REGIONAL_OFFICER",
        "ministries": ["MSME"],
        "areas": ["33"],
        "facilities": [],
        "valid_from": "2026-11-01",
        "valid_to": "2026-11-30",
        "revoked_at": None,
        **facts,
    }
    return EventRead.model_validate(
        {
            "id": new_id(),
            "stream_id": assignment_id,
            "topic": f"registry.assignment.{topic}",
            "schema": 1,
            "version": version,
            "occurred_at": now,
            "recorded_at": now,
            "payload": held,
        }
    )


@pytest.fixture
def follow(sessions):
    """Return the function that takes events as a reader of the feed does."""

    async def take(*events: EventRead) -> None:
        async with transaction(sessions, scope=NATIONAL, actor=ACTOR) as session:
            await follow_grants(session, HeldGrant, events)

    return take


OFFICER = Grant(Role.REGIONAL_OFFICER, ministries=("MSME",), areas=("33",))


class TestReadGrants:
    @pytest.mark.parametrize(
        ("facts", "held"),
        [
            ({}, True),
            ({"valid_from": "2026-11-22"}, True),
            ({"valid_from": "2026-11-23"}, False),
            ({"valid_to": "2026-11-22"}, True),
            ({"valid_to": "2026-11-21"}, False),
            ({"valid_to": None}, True),
            ({"revoked_at": "2026-11-22T04:59:59Z"}, False),
            ({"holder": holder_of("balai:people", "pak-budi")}, False),
        ],
    )
    async def test_judges_by_the_day(self, sessions, follow, facts, held):
        await follow(told(new_id(), **facts))

        found = await read_grants(sessions, HeldGrant, HOLDER, on=DAY)

        assert found == ((OFFICER,) if held else ())

    async def test_finds_a_holder_by_the_index_in_one_statement(self, owner):
        async with owner.begin() as connection:
            await connection.execute(text(MANY))
            await connection.execute(text("ANALYZE kernel.held_grant"))
            explained = Explain(grants_in_force(HeldGrant, HOLDER, on=DAY))
            plan = "\n".join((await connection.execute(explained)).scalars())

        assert "ix_held_grant_holder" in plan


class TestFollowGrants:
    async def test_keeps_the_latest_of_each_whatever_the_order(self, sessions, follow):
        one, other = new_id(), new_id()
        revoked = {"topic": "revoked", "version": 3, "revoked_at": "2026-11-22T05:00:00Z"}
        events = [
            told(one),
            told(one, topic="changed", version=2, areas=["32"]),
            told(one, **revoked, areas=["32"]),
            told(other),
        ]

        await follow(*events[::-1])
        await follow(*events)
        await follow(events[0])

        async with transaction(sessions, scope=NATIONAL, actor=ACTOR) as session:
            rows = {row.id: row for row in await session.scalars(select(HeldGrant))}
        assert (rows[one].version, rows[one].areas) == (3, ["32"])
        assert rows[one].revoked_at is not None
        assert rows[other].version == 1
        assert await read_grants(sessions, HeldGrant, HOLDER, on=DAY) == (OFFICER,)

    async def test_passes_over_what_concerns_no_assignment(self, sessions, follow):
        event = told(new_id())

        await follow(event.model_copy(update={"topic": "registry.facility.registered"}))

        assert await read_grants(sessions, HeldGrant, HOLDER, on=DAY) == ()


class TestForgetGrants:
    async def test_lets_nobody_in_until_the_story_is_told_again(self, sessions, follow):
        event = told(new_id(), version=5)
        await follow(event)
        async with transaction(sessions, scope=NATIONAL, actor=ACTOR) as session:
            await forget_grants(session, HeldGrant)
        forgotten = await read_grants(sessions, HeldGrant, HOLDER, on=DAY)

        await follow(event.model_copy(update={"version": 1}))

        assert forgotten == ()
        assert await read_grants(sessions, HeldGrant, HOLDER, on=DAY) == (OFFICER,)
