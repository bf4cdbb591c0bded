"""Reads of files and of verdicts on their rows."""

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.base import RowVerdict, Upload
from services.registry.imports.rules import Outcome, UploadGoneError


async def rows_done(session: AsyncSession, job_id: UUID) -> int:
    """Return the number of the last row that has its verdict: an import goes on after it."""
    last = await session.scalar(select(func.max(RowVerdict.row)).where(RowVerdict.job_id == job_id))
    return last or 0


async def tally(session: AsyncSession, job_id: UUID) -> dict[str, int]:
    """Return how many rows of a job came to each outcome; together they are all its rows."""
    statement = (
        select(RowVerdict.verdict, func.count())
        .where(RowVerdict.job_id == job_id)
        .group_by(RowVerdict.verdict)
    )
    counts = {outcome.lower(): 0 for outcome in Outcome}
    for verdict, count in (await session.execute(statement)).all():
        counts[verdict.lower()] = count
    return {"rows": sum(counts.values()), **counts}


async def read_upload(session: AsyncSession, upload_id: UUID) -> bytes:
    """Return a file as it came.

    Raises:
        UploadGoneError: when it has been cleared away.
    """
    body = await session.scalar(select(Upload.body).where(Upload.id == upload_id))
    if body is None:
        raise UploadGoneError
    return body
