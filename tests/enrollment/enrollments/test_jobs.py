"""Waitlists end when their hour has passed."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from services.enrollment.base import Job
from services.enrollment.classes.tables import Class
from services.enrollment.enrollments.jobs import end_waitlists
from shared.jobs.context import JobTables, WorkerContext
from tests.support.seats import NOW


@pytest.fixture
def worker(seats, settings_of, enrollment_db) -> WorkerContext:
    return WorkerContext(
        service="enrollment",
        settings=settings_of("enrollment", enrollment_db),
        sessions=seats.sessions,
        tables=JobTables(job=Job),
    )


class TestEndWaitlists:
    async def test_tells_who_still_waits_and_frees_the_claims(self, seats, admin, worker):
        class_id = await seats.class_(
            capacity=1, reserve_capacity=3, promote_until=NOW + timedelta(days=1)
        )
        answers = [(await admin.claim(class_id, each)).json() for each in await seats.people(4)]
        async with seats.transaction() as session:
            (await session.get(type(await seats.class_row(class_id)), class_id)).promote_until = NOW

        await end_waitlists(worker)
        await end_waitlists(worker)

        rows = {str(row.id): row for row in await seats.enrollments(class_id)}
        states = [rows[each["id"]].state for each in answers]
        assert states == ["SEATED", "NOT_PLACED", "NOT_PLACED", "NOT_PLACED"]
        await seats.check_counts(class_id)
        told = [each for each in await seats.events(class_id) if each.topic.endswith("not_placed")]
        assert len(told) == 3
        assert {each.actor for each in told} == {"balai:enrollment|worker"}

    async def test_a_fault_in_one_class_holds_up_no_other(self, seats, admin, worker):
        ids = [
            await seats.class_(capacity=1, promote_until=NOW + timedelta(days=day))
            for day in (1, 2)
        ]
        for class_id in ids:
            for each in await seats.people(3):
                await admin.claim(class_id, each)
        async with seats.transaction() as session:
            # One more waits than the first class has counted: its row refuses to end that.
            await session.execute(
                update(Class).where(Class.id.in_(ids)).values(promote_until=NOW, waiting=2)
            )
            await session.execute(update(Class).where(Class.id == ids[0]).values(waiting=1))

        await end_waitlists(worker)

        assert [(await seats.class_row(each)).waiting for each in ids] == [1, 0]

    async def test_leaves_those_whose_hour_has_not_come(self, seats, admin, worker):
        ends_later = await seats.class_(capacity=1, promote_until=NOW + timedelta(days=1))
        ends_at_opening = await seats.class_(capacity=1)
        for class_id in (ends_later, ends_at_opening):
            for each in await seats.people(2):
                await admin.claim(class_id, each)

        await end_waitlists(worker)

        assert (await seats.class_row(ends_later)).waiting == 1
        assert (await seats.class_row(ends_at_opening)).waiting == 1

    @pytest.mark.parametrize(
        ("silent_for", "left"), [(timedelta(days=6), 1), (timedelta(days=7), 0)]
    )
    async def test_ends_those_of_a_class_that_has_been_silent_for_a_week(
        self, seats, admin, worker, silent_for, left
    ):
        class_id = await seats.class_(capacity=1, starts_at=NOW - silent_for)
        answers = [(await admin.claim(class_id, each)).json() for each in await seats.people(2)]

        await end_waitlists(worker)

        class_ = await seats.class_row(class_id)
        assert (class_.state, class_.taken, class_.waiting) == ("PLANNED", 1, left)
        await seats.check_counts(class_id)
        again = await admin.claim(await seats.class_(), answers[1]["participant_id"])
        assert again.status_code == (409 if left else 201)
