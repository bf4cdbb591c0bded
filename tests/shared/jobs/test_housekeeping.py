"""What every service clears away."""

from datetime import timedelta

from sqlalchemy import insert, select, update

from shared.clock import utc_now
from shared.db.idempotency import Once, claim_key
from shared.ids import new_id
from shared.jobs.housekeeping import tidy
from shared.schemas.base import Message
from shared.schemas.jobs import JobState
from tests.shared.db.tables import Idempotency, Job, Upload
from tests.shared.jobs.kernel_worker import queue_job


class ReadFile(Message):
    upload_id: str


async def add_upload(context, *, age: timedelta):
    identifier = new_id()
    async with context.transaction() as session:
        created_at = utc_now() - age
        await session.execute(
            insert(Upload).values(id=identifier, body=b"code", created_at=created_at)
        )
    return identifier


async def kept(context, column) -> set:
    async with context.transaction() as session:
        return set(await session.scalars(select(column)))


class TestTidy:
    async def test_drops_files_that_were_read_or_forgotten(self, sessions, context):
        day, hour = timedelta(days=1), timedelta(hours=1)
        forgotten = await add_upload(context, age=8 * day)
        waiting = await add_upload(context, age=2 * day)
        read, fresh = await add_upload(context, age=2 * day), await add_upload(context, age=hour)
        for upload, state, ended in (
            (waiting, JobState.RUNNING, None),
            (read, JobState.SUCCEEDED, utc_now() - 25 * hour),
            (fresh, JobState.FAILED, utc_now() - hour),
        ):
            job = await queue_job(sessions, "read", ReadFile(upload_id=str(upload)))
            async with context.transaction() as session:
                await session.execute(
                    update(Job).where(Job.id == job.id).values(state=state, finished_at=ended)
                )

        await tidy(context)

        assert await kept(context, Upload.id) == {waiting, fresh}
        assert forgotten not in {waiting, fresh}

    async def test_forgets_keys_after_a_week(self, context):
        for key, age in (("old", 8), ("young", 6)):
            once = Once("caller", "POST /", key, b"", new_id())
            async with context.transaction() as session:
                await claim_key(session, Idempotency, once)
                await session.execute(
                    update(Idempotency)
                    .where(Idempotency.key == key)
                    .values(created_at=utc_now() - timedelta(days=age))
                )

        await tidy(context)

        assert await kept(context, Idempotency.key) == {"young"}
