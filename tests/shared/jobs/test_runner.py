"""Jobs are done once, tried again, given back, and never by two workers at a time."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text

from shared.clock import utc_now
from shared.db.jobs import request_cancel
from shared.db.session import transaction
from shared.jobs.context import JobCancelledError, JobHandler
from shared.jobs.leases import claim_next, renew
from shared.jobs.runner import Runner
from shared.schemas.base import Message
from shared.schemas.jobs import JobState
from shared.scope import SYSTEM
from tests.shared.conftest import ACTOR
from tests.shared.db.tables import Job, Row
from tests.shared.jobs.kernel_worker import (
    HANDLERS,
    AddRows,
    Fail,
    change_jobs,
    find_job,
    queue_job,
)
from tests.support.waiting import eventually

LAPSED = text("now() - interval '1 second'")


async def count_rows(sessions) -> int:
    async with transaction(sessions, scope=SYSTEM, actor=ACTOR) as session:
        return await session.scalar(select(func.count()).select_from(Row))


async def cancel(sessions, job) -> None:
    async with transaction(sessions, scope=SYSTEM, actor=ACTOR) as session:
        await request_cancel(session, Job, job.id)


class TestDrain:
    async def test_does_what_is_due_and_keeps_what_came_of_it(self, sessions, runner):
        queued = await queue_job(sessions, "add-rows", AddRows(names=["a", "b"]))

        assert await runner.drain() == 1

        job = await find_job(sessions, queued)
        assert (job.state, job.result, job.error) == (JobState.SUCCEEDED, {"added": 2}, None)
        assert (job.progress_done, job.progress_total, job.attempts) == (2, 2, 1)
        assert job.started_at <= job.finished_at
        assert job.lease_until is None
        assert await runner.drain() == 0

    async def test_leaves_what_is_due_later(self, sessions, runner):
        await queue_job(sessions, "add-rows", AddRows(names=["a"]))
        await change_jobs(sessions, due_at=utc_now() + timedelta(hours=1))

        assert await runner.drain() == 0

    async def test_leaves_kinds_that_it_does_not_know(self, sessions, runner):
        await queue_job(sessions, "of-the-next-release")

        assert await runner.drain() == 0

    async def test_a_refusal_ends_the_job_and_says_why(self, sessions, runner):
        queued = await queue_job(sessions, "fail", Fail(how="refused"))

        await runner.drain()

        job = await find_job(sessions, queued)
        assert (job.state, job.error) == (JobState.FAILED, "row-refused")
        assert job.result == {"detail": {"id": "Baris ditolak.", "en": "The row is refused."}}

    async def test_a_payload_that_nobody_understands_ends_the_job(self, sessions, runner):
        queued = await queue_job(sessions, "add-rows", Fail(how="?"))

        await runner.drain()

        job = await find_job(sessions, queued)
        assert (job.state, job.error) == (JobState.FAILED, "payload-invalid")

    @pytest.mark.parametrize(
        ("how", "error"), [("broken", "internal"), ("unavailable", "unavailable")]
    )
    async def test_any_other_failure_is_tried_again_later_and_later(
        self, sessions, runner, how, error
    ):
        queued = await queue_job(sessions, "fail", Fail(how=how))
        waits = []

        for _ in range(4):
            await change_jobs(sessions, due_at=utc_now() - timedelta(seconds=1))
            began = utc_now()
            assert await runner.drain() == 1
            job = await find_job(sessions, queued)
            assert (job.state, job.error) == (JobState.QUEUED, error)
            waits.append((job.due_at - began).total_seconds())
        await change_jobs(sessions, due_at=utc_now() - timedelta(seconds=1))
        await runner.drain()

        assert waits == pytest.approx([2, 4, 8, 16], abs=1.5)
        assert (await find_job(sessions, queued)).state is JobState.FAILED


class TestCancel:
    async def test_stops_between_two_steps_and_keeps_the_first(self, sessions, context):
        async def cancel_itself(job_context, payload):
            await HANDLERS[0].run(job_context, payload)
            await cancel(sessions, queued)
            with pytest.raises(JobCancelledError):
                await job_context.progress(1)
            raise JobCancelledError

        runner = Runner(context, [JobHandler("add-rows", AddRows, cancel_itself)])
        queued = await queue_job(sessions, "add-rows", AddRows(names=["a"]))

        await runner.drain()

        assert (await find_job(sessions, queued)).state is JobState.CANCELLED
        assert await count_rows(sessions) == 1

    async def test_a_cancelled_job_is_not_tried_again(self, sessions, context):
        async def cancel_and_fail(*_):
            await cancel(sessions, queued)
            raise ZeroDivisionError

        runner = Runner(context, [JobHandler("fail", Message, cancel_and_fail)])
        queued = await queue_job(sessions, "fail")

        await runner.drain()

        job = await find_job(sessions, queued)
        assert (job.state, job.finished_at is None) == (JobState.CANCELLED, False)


class TestLease:
    async def test_nobody_else_takes_a_job_while_its_worker_lives(self, sessions, context, runner):
        await queue_job(sessions, "add-rows", AddRows(names=["a"]))
        async with context.transaction() as session:
            await claim_next(session, Job, kinds=["add-rows"])

        assert await runner.drain() == 0

    async def test_another_worker_takes_the_job_up_when_its_worker_went_silent(
        self, sessions, context, runner
    ):
        queued = await queue_job(sessions, "add-rows", AddRows(names=["a"]))
        async with context.transaction() as session:
            lost = await claim_next(session, Job, kinds=["add-rows"])
        await change_jobs(sessions, lease_until=LAPSED)

        assert await runner.drain() == 1

        job = await find_job(sessions, queued)
        assert (job.state, job.attempts) == (JobState.SUCCEEDED, 2)
        async with context.transaction() as session:
            assert await renew(session, Job, lost) is None

    async def test_a_job_that_kills_its_workers_ends(self, sessions, context, runner):
        queued = await queue_job(sessions, "hold")
        for _ in range(5):
            async with context.transaction() as session:
                assert await claim_next(session, Job, kinds=["hold"]) is not None
            await change_jobs(sessions, lease_until=LAPSED)

        assert await runner.drain() == 0

        job = await find_job(sessions, queued)
        assert (job.state, job.error) == (JobState.FAILED, "worker-lost")

    async def test_a_cancelled_job_whose_worker_went_silent_ends(self, sessions, context, runner):
        queued = await queue_job(sessions, "hold")
        async with context.transaction() as session:
            await claim_next(session, Job, kinds=["hold"])
        await cancel(sessions, queued)
        await change_jobs(sessions, lease_until=LAPSED)

        assert await runner.drain() == 0

        assert (await find_job(sessions, queued)).state is JobState.CANCELLED

    async def test_two_workers_share_the_jobs(self, sessions, context):
        for number in range(12):
            await queue_job(sessions, "add-rows", AddRows(names=[str(number)]))

        done = await asyncio.gather(*(Runner(context, HANDLERS).drain() for _ in range(3)))

        assert sum(done) == 12
        assert await count_rows(sessions) == 12


async def running(sessions) -> Job | None:
    async with transaction(sessions, scope=SYSTEM, actor=ACTOR) as session:
        return await session.scalar(select(Job).where(Job.state == JobState.RUNNING))


class TestRun:
    async def test_holds_on_to_a_long_job(self, sessions, context):
        queued = await queue_job(sessions, "hold")
        runner = Runner(context, HANDLERS, beat_s=0.02)
        task = asyncio.create_task(runner.run())
        await eventually(lambda: running(sessions))
        await change_jobs(sessions, lease_until=LAPSED)

        async def renewed():
            return (await find_job(sessions, queued)).lease_until > utc_now()

        assert await eventually(renewed)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    async def test_stops_work_on_a_job_that_another_worker_has(self, sessions, context):
        stopped = asyncio.Event()

        async def hold(*_):
            try:
                await asyncio.Event().wait()
            finally:
                stopped.set()

        await queue_job(sessions, "hold")
        runner = Runner(context, [JobHandler("hold", Message, hold)], slots=1, beat_s=0.02)
        task = asyncio.create_task(runner.run())
        await eventually(lambda: running(sessions))

        await change_jobs(sessions, attempts=2)

        await asyncio.wait_for(stopped.wait(), 10)
        assert not task.done()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert task.cancelled()

    async def test_gives_back_what_it_was_doing_when_it_is_told_to_stop(self, sessions, context):
        queued = await queue_job(sessions, "hold")
        task = asyncio.create_task(Runner(context, HANDLERS).run())
        await eventually(lambda: running(sessions))

        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

        job = await find_job(sessions, queued)
        assert (job.state, job.attempts, job.lease_until) == (JobState.QUEUED, 0, None)
        assert job.due_at <= utc_now()

    async def test_looks_for_itself_when_no_bell_rings(self, sessions, context):
        task = asyncio.create_task(Runner(context, HANDLERS, sweep_s=0.05).run())

        queued = await queue_job(sessions, "add-rows", AddRows(names=["a"]))

        async def done():
            return (await find_job(sessions, queued)).state is JobState.SUCCEEDED

        assert await eventually(done)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    async def test_outlives_a_database_that_is_away(self, sessions, context, cluster, kernel_db):
        task = asyncio.create_task(Runner(context, HANDLERS, sweep_s=0.05).run())
        for _ in range(3):
            cluster.execute(
                "postgres",
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                f" WHERE datname = '{kernel_db}'",
            )

        queued = await queue_job(sessions, "add-rows", AddRows(names=["a"]))

        async def done():
            return (await find_job(sessions, queued)).state is JobState.SUCCEEDED

        assert await eventually(done)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
