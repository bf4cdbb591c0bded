"""The job table."""

from datetime import UTC, datetime

from sqlalchemy import update

from shared.db.jobs import add_job, request_cancel
from shared.db.session import transaction
from shared.schemas.base import Body
from shared.schemas.jobs import JobState
from shared.scope import SYSTEM
from tests.shared.conftest import ACTOR
from tests.shared.db.tables import Job

LATER = datetime(2030, 1, 1, tzinfo=UTC)


class CountTo(Body):
    number: int


def open_transaction(sessions):
    return transaction(sessions, scope=SYSTEM, actor=ACTOR)


async def queued(sessions, **options) -> Job:
    async with open_transaction(sessions) as session:
        return await add_job(session, Job, kind="count", payload=CountTo(number=3), **options)


async def cancelled(sessions, job) -> Job:
    async with open_transaction(sessions) as session:
        await request_cancel(session, Job, job.id)
    async with open_transaction(sessions) as session:
        return await session.get(Job, job.id)


class TestAddJob:
    async def test_queues_what_is_to_be_done(self, sessions):
        job = await queued(sessions)

        assert (job.kind, job.payload, job.state) == ("count", {"number": 3}, JobState.QUEUED)
        assert (job.created_by, job.attempts, job.progress_done) == (ACTOR.name, 0, 0)
        assert job.due_at == job.created_at

    async def test_may_be_due_later(self, sessions):
        job = await queued(sessions, due_at=LATER)

        assert job.due_at == LATER


class TestRequestCancel:
    async def test_ends_a_job_that_waits(self, sessions):
        job = await cancelled(sessions, await queued(sessions))

        assert job.state is JobState.CANCELLED
        assert job.finished_at is not None

    async def test_asks_a_job_that_runs(self, sessions):
        waiting = await queued(sessions)
        async with open_transaction(sessions) as session:
            await session.execute(update(Job).values(state=JobState.RUNNING))

        job = await cancelled(sessions, waiting)

        assert (job.state, job.cancel_requested) == (JobState.RUNNING, True)

    async def test_leaves_a_finished_job_alone(self, sessions):
        waiting = await queued(sessions)
        async with open_transaction(sessions) as session:
            await session.execute(update(Job).values(state=JobState.SUCCEEDED))

        job = await cancelled(sessions, waiting)

        assert (job.state, job.cancel_requested) == (JobState.SUCCEEDED, False)
