"""Background work: bring the rows of a file in, a chunk in each transaction."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final, TypeAlias

from services.registry.base import RowVerdict, Upload
from services.registry.bulk_imports.operations import KINDS, File, Kind
from services.registry.bulk_imports.rules import (
    MAX_ATOMIC_ROWS,
    Atomic,
    AtomicTooLongError,
    RowNotKeptError,
)
from services.registry.bulk_imports.schemas import ImportRows
from services.registry.facility_imports.operations import Importer
from services.registry.facility_imports.schemas import ImportMode
from services.registry.imports.rules import chunks_of
from services.registry.imports.schemas import Row, read_rows
from shared.clock import ledger_day
from shared.db.imports import keep_verdicts, last_judged, read_upload, tally
from shared.i18n import Language
from shared.jobs.context import JobContext, JobHandler
from shared.schemas.imports import Outcome, Verdict, refused

Judged: TypeAlias = Row[Any] | Verdict


async def import_rows(context: JobContext, payload: ImportRows) -> dict[str, Any]:
    """Bring the rows of a file in; return how many came to each outcome.

    An interrupted run goes on after the last row that has its verdict. A file that is kept whole
    or not at all is judged first, and kept in chunks only when no row is refused; it has no verdict
    before that, so that an interrupted judgement begins again.
    """
    kind = KINDS[payload.what]
    async with context.transaction() as session:
        body = await read_upload(session, Upload, payload.upload_id)
        done = await last_judged(session, RowVerdict, context.job_id)
    rows = await asyncio.to_thread(_rows_of, body, kind, payload.language)
    file = _file(payload, kind, rows)
    whole = payload.atomic is Atomic.ALL and payload.mode is ImportMode.COMMIT
    if whole and len(rows) > MAX_ATOMIC_ROWS:
        raise AtomicTooLongError
    if whole and not done and not await _sound(context, kind, rows, file):
        return await _tally(context)
    first = len(rows) if whole else 0
    if kind.learns and payload.mode is ImportMode.VALIDATE:
        # What earlier rows would add is known to the run that judged them, and to no other.
        done = 0
    for place, chunk in chunks_of(rows, kind.chunk, done=done):
        await _bring(context, kind, chunk, file, keep=True)
        await context.progress(first + place, first + len(rows))
    return await _tally(context)


def _rows_of(body: bytes, kind: Kind, language: Language) -> list[Judged]:
    return list(read_rows(body, kind.model, columns=kind.columns, key=kind.key, language=language))


def _file(payload: ImportRows, kind: Kind, rows: Sequence[Judged]) -> File:
    importer = Importer(
        scope=payload.scope,
        mode=payload.mode,
        language=payload.language,
        now=payload.asked_at,
        today=ledger_day(payload.asked_at),
    )
    readable = [row for row in rows if isinstance(row, Row)]
    return File(importer, {kind.key(row.body): row for row in readable})


async def _bring(
    context: JobContext, kind: Kind, chunk: Sequence[Judged], file: File, *, keep: bool
) -> list[Verdict]:
    """Bring a chunk in and return the verdicts on its rows, kept in the same transaction."""
    verdicts = [row for row in chunk if isinstance(row, Verdict)]
    rows = [row for row in chunk if isinstance(row, Row)]
    async with context.transaction() as session:
        verdicts += await kind.bring(session, rows, file)
        if keep:
            await keep_verdicts(session, RowVerdict, job_id=context.job_id, verdicts=verdicts)
    return verdicts


async def _sound(context: JobContext, kind: Kind, rows: Sequence[Judged], file: File) -> bool:
    """Judge a whole file; when a row is refused, give every row its verdict and keep none."""
    importer = replace(file.importer, mode=ImportMode.VALIDATE)
    judging = File(importer, file.earlier)
    verdicts: list[Verdict] = []
    for place, chunk in chunks_of(rows, kind.chunk):
        verdicts += await _bring(context, kind, chunk, judging, keep=False)
        await context.progress(place, 2 * len(rows))
    if all(verdict.outcome is not Outcome.REFUSED for verdict in verdicts):
        return True
    told = [_not_kept(verdict, importer.language) for verdict in verdicts]
    async with context.transaction() as session:
        await keep_verdicts(session, RowVerdict, job_id=context.job_id, verdicts=told)
    return False


def _not_kept(verdict: Verdict, language: Language) -> Verdict:
    if verdict.outcome in (Outcome.REFUSED, Outcome.UNCHANGED):
        return verdict
    return refused(verdict.row, RowNotKeptError(), language)


async def _tally(context: JobContext) -> dict[str, Any]:
    async with context.transaction() as session:
        return await tally(session, RowVerdict, context.job_id)


IMPORT_ROWS: Final = JobHandler(ImportRows.kind, ImportRows, import_rows)
