"""Files that wait for their job, and the verdicts on their rows, kept with what made them so."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Integer, Text, Uuid, cast, column, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import TypeEngine

from shared.db.jobs import RowVerdictColumns
from shared.db.uploads import UploadColumns
from shared.ids import new_id
from shared.schemas.imports import JUDGED, Outcome, UploadEmptyError, UploadGoneError, Verdict


async def keep_upload(session: AsyncSession, upload: type[UploadColumns], body: bytes) -> UUID:
    """Keep a file for the job that will read it.

    Raises:
        UploadEmptyError: when there is nothing in it.
    """
    if not body.strip():
        raise UploadEmptyError
    kept = new_id()
    await session.execute(insert(upload).values(id=kept, body=body))
    return kept


async def read_upload(session: AsyncSession, upload: type[UploadColumns], upload_id: UUID) -> bytes:
    """Return a file as it came.

    Raises:
        UploadGoneError: when it has been cleared away.
    """
    body = await session.scalar(select(upload.body).where(upload.id == upload_id))
    if body is None:
        raise UploadGoneError
    return body


async def keep_verdicts(
    session: AsyncSession,
    table: type[RowVerdictColumns],
    *,
    job_id: UUID,
    verdicts: Sequence[Verdict],
) -> None:
    """Keep what became of some rows, in the transaction that made it so.

    A chunk that was committed and is run again by a worker that lost its lease keeps its verdicts.
    """
    # One array a column: 5,000 rows of single values come close to the limit of 32,767.
    columns: dict[str, tuple[TypeEngine[Any], list[Any]]] = {
        "row": (Integer(), [each.row for each in verdicts]),
        "verdict": (Text(), [each.outcome.value for each in verdicts]),
        "code": (Text(), [each.code for each in verdicts]),
        "detail": (Text(), [each.detail for each in verdicts]),
        "id": (Uuid(), [each.id for each in verdicts]),
    }
    arrays = [cast(values, ARRAY(kind)) for kind, values in columns.values()]
    names = [column(name, kind) for name, (kind, _) in columns.items()]
    given = func.unnest(*arrays).table_valued(*names).render_derived()
    rows = select(cast(job_id, Uuid), *given.c)
    await session.execute(
        insert(table).from_select(["job_id", *columns], rows).on_conflict_do_nothing()
    )


async def last_judged(session: AsyncSession, table: type[RowVerdictColumns], job_id: UUID) -> int:
    """Return the last row that has its verdict: an interrupted import goes on after it."""
    last = await session.scalar(select(func.max(table.row)).where(table.job_id == job_id))
    return last or 0


async def tally(
    session: AsyncSession,
    table: type[RowVerdictColumns],
    job_id: UUID,
    *,
    outcomes: Iterable[Outcome] = JUDGED,
) -> dict[str, int]:
    """Return how many rows of a job came to each outcome; together they are all its rows.

    `outcomes` are those that the kind of job knows: each is counted, also when no row came to it.
    """
    statement = (
        select(table.verdict, func.count()).where(table.job_id == job_id).group_by(table.verdict)
    )
    counts = {outcome.lower(): 0 for outcome in outcomes}
    for verdict, count in (await session.execute(statement)).all():
        counts[verdict.lower()] = count
    return {"rows": sum(counts.values()), **counts}
