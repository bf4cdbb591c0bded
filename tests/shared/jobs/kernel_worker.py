"""A worker over the kernel's tables, in this process or, run as a module, in its own."""

import asyncio
import sys
from typing import Any

from sqlalchemy import insert, update

from shared.db.jobs import add_job
from shared.db.session import Sessions, transaction
from shared.errors import InvalidError, UnavailableError
from shared.i18n import Text
from shared.ids import new_id
from shared.jobs.context import JobContext, JobHandler, JobTables
from shared.jobs.worker import ServiceWorker, build_worker
from shared.schemas.base import Message
from shared.scope import SYSTEM
from shared.settings import ServiceSettings
from tests.shared.conftest import ACTOR
from tests.shared.db.tables import Idempotency, Job, Row, RowVerdict, Upload

TABLES = JobTables(job=Job, row_verdict=RowVerdict, upload=Upload, idempotency=Idempotency)


class AddRows(Message):
    """Add a row for each name, a step each."""

    names: list[str]


class Fail(Message):
    """Fail in a certain way."""

    how: str


class RowRefusedError(InvalidError):
    code = "row-refused"
    title = Text("Baris ditolak.", "The row is refused.")


async def add_rows(context: JobContext, payload: AddRows) -> dict[str, Any]:
    for done, name in enumerate(payload.names, start=1):
        async with context.transaction() as session:
            await session.execute(insert(Row).values(id=new_id(), name=name))
        await context.progress(done, len(payload.names))
    return {"added": len(payload.names)}


async def fail(_: JobContext, payload: Fail) -> None:
    raise {
        "refused": RowRefusedError,
        "unavailable": UnavailableError,
        "broken": ZeroDivisionError,
    }[payload.how]


async def hold(context: JobContext, _: Message) -> None:
    """Say that the job has begun, and never end."""
    async with context.transaction() as session:
        await session.execute(insert(Row).values(id=new_id(), name=f"held-{new_id()}"))
    await asyncio.Event().wait()


HANDLERS = [
    JobHandler("add-rows", AddRows, add_rows),
    JobHandler("fail", Fail, fail),
    JobHandler("hold", Message, hold),
]


def kernel_settings(url: str, redis_url: str | None = None) -> ServiceSettings:
    return ServiceSettings(
        cursor_secret="a secret for the tests only", database_url=url, redis_url=redis_url
    )


def kernel_worker(url: str, redis_url: str | None = None, **options) -> ServiceWorker:
    return build_worker(
        service="kernel",
        settings=kernel_settings(url, redis_url),
        tables=TABLES,
        handlers=options.pop("handlers", HANDLERS),
        **options,
    )


async def queue_job(
    sessions: Sessions, kind: str, payload: Message | None = None, *, ring=None
) -> Job:
    async with transaction(sessions, scope=SYSTEM, actor=ACTOR, ring=ring) as session:
        return await add_job(session, Job, kind=kind, payload=payload or Message())


async def find_job(sessions: Sessions, job: Job) -> Job:
    async with transaction(sessions, scope=SYSTEM, actor=ACTOR) as session:
        return await session.get_one(Job, job.id)


async def change_jobs(sessions: Sessions, **values) -> None:
    """Change every job behind the workers' backs."""
    async with transaction(sessions, scope=SYSTEM, actor=ACTOR) as session:
        await session.execute(update(Job).values(values))


if __name__ == "__main__":
    kernel_worker(sys.argv[1], sys.argv[2]).run()
