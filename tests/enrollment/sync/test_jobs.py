"""Verdicts that no device asks for any more are forgotten."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from services.enrollment.base import Job
from services.enrollment.sync.jobs import forget_told
from shared.jobs.context import JobTables, WorkerContext
from tests.support.rolls import entry
from tests.support.seats import NOW


@pytest.fixture
def worker(seats, settings_of, enrollment_db) -> WorkerContext:
    return WorkerContext(
        service="enrollment",
        settings=settings_of("enrollment", enrollment_db),
        sessions=seats.sessions,
        tables=JobTables(job=Job),
    )


class TestForgetTold:
    async def test_leaves_what_came_within_ninety_days(self, seats, running, phone, worker, rows):
        for position in (1, 2):
            roll = {"position": position, "entries": [entry(running.ids[0])]}
            phone.change("attendance.record", {"class_id": str(running.class_id), **roll})
        await phone.told()
        old, kept = (each["change_id"] for each in phone.queue)
        made_old = "UPDATE enrollment.sync_change SET received_at = :at WHERE change_id = :id"
        async with seats.transaction() as session:
            await session.execute(text(made_old), {"at": NOW - timedelta(days=91), "id": old})

        await forget_told(worker)

        left = await rows("SELECT change_id::text AS id FROM enrollment.sync_change")
        assert left == [{"id": kept}]
