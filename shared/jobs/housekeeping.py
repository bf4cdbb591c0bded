"""What every service clears away: keys of old requests and files of finished jobs."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Text, and_, cast, delete, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from shared.clock import utc_now
from shared.db.idempotency import IdempotencyColumns, expire_keys
from shared.db.jobs import FINISHED, JobColumns
from shared.db.uploads import UploadColumns
from shared.jobs.context import Cron, WorkerContext

KEYS_KEPT: Final = timedelta(days=7)
UPLOADS_KEPT: Final = timedelta(days=7)
READ_UPLOADS_KEPT: Final = timedelta(days=1)
_KEYS_AT_ONCE: Final = 5_000
_UPLOADS_AT_ONCE: Final = 20


async def drop_uploads(
    session: AsyncSession,
    upload: type[UploadColumns],
    job: type[JobColumns],
    *,
    now: datetime,
    limit: int,
) -> int:
    """Delete up to `limit` files whose job has ended for a day, or which nobody read for a week."""
    read = and_(job.state.in_(FINISHED), job.finished_at < now - READ_UPLOADS_KEPT)
    forgotten = upload.created_at < now - UPLOADS_KEPT
    stale = (
        select(upload.id)
        .outerjoin(job, job.payload["upload_id"].astext == cast(upload.id, Text))
        .where(or_(read, forgotten))
        .limit(limit)
    )
    result = await session.execute(
        delete(upload)
        .where(upload.id.in_(stale))
        .returning(upload.id)
        .execution_options(synchronize_session=False)
    )
    return len(result.all())


async def _in_chunks(
    context: WorkerContext, chunk: Callable[[AsyncSession], Awaitable[int]], *, size: int
) -> None:
    """Repeat `chunk`, each in a transaction of its own, until one is not full."""
    while True:
        async with context.transaction() as session:
            if await chunk(session) < size:
                return


async def tidy(context: WorkerContext) -> None:
    """Forget keys after 7 days, as promised to callers, and files once they have been read."""
    now = utc_now()
    tables = context.tables
    if tables.idempotency is not None:
        keys: type[IdempotencyColumns] = tables.idempotency
        await _in_chunks(
            context,
            lambda session: expire_keys(session, keys, before=now - KEYS_KEPT, limit=_KEYS_AT_ONCE),
            size=_KEYS_AT_ONCE,
        )
    if tables.upload is not None:
        files: type[UploadColumns] = tables.upload
        await _in_chunks(
            context,
            lambda session: drop_uploads(
                session, files, tables.job, now=now, limit=_UPLOADS_AT_ONCE
            ),
            size=_UPLOADS_AT_ONCE,
        )


HOUSEKEEPING: Final = Cron("housekeeping", timedelta(hours=1), tidy)
