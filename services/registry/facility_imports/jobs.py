"""Background work: bring a file of facilities in, a chunk of rows in each transaction."""

import asyncio
from collections.abc import Sequence
from typing import Any, Final

from services.registry.base import RowVerdict, Upload
from services.registry.facility_imports import operations
from services.registry.facility_imports.operations import Importer, NumberedRow
from services.registry.facility_imports.rules import Known
from services.registry.facility_imports.schemas import (
    COLUMNS,
    FacilityRow,
    ImportFacilities,
    ImportMode,
)
from services.registry.imports.rules import chunks_of
from services.registry.imports.schemas import read_rows
from shared.clock import ledger_day, utc_now
from shared.db.imports import keep_verdicts, last_judged, read_upload, tally
from shared.i18n import Language
from shared.jobs.context import JobContext, JobHandler
from shared.schemas.imports import Verdict

# A quarter of a second a chunk: a long write transaction holds up every reader of events.
_CHUNK: Final = 250


async def import_facilities(context: JobContext, payload: ImportFacilities) -> dict[str, Any]:
    """Bring the facilities of a file in; return how many rows came to each outcome.

    An interrupted run goes on after the last row that has its verdict; a validation, which leaves
    nothing behind to build on, begins again.
    """
    async with context.transaction() as session:
        file = await read_upload(session, Upload, payload.upload_id)
        done = await last_judged(session, RowVerdict, context.job_id)
    rows = await asyncio.to_thread(_rows_of, file, payload.language)
    known = Known()
    if payload.mode is ImportMode.VALIDATE:
        done = 0
    for place, chunk in chunks_of(rows, _CHUNK, done=done):
        await _import_chunk(context, payload, chunk, known)
        await context.progress(place, len(rows))
    async with context.transaction() as session:
        return await tally(session, RowVerdict, context.job_id)


def _rows_of(file: bytes, language: Language) -> list[NumberedRow | Verdict]:
    """Return every row of the file as one that could be read, or as what refuses it."""
    return [
        row if isinstance(row, Verdict) else NumberedRow(row.row, row.body.given())
        for row in read_rows(
            file, FacilityRow, columns=COLUMNS, key=lambda body: body.code, language=language
        )
    ]


async def _import_chunk(
    context: JobContext,
    payload: ImportFacilities,
    chunk: Sequence[NumberedRow | Verdict],
    known: Known,
) -> None:
    now = utc_now()
    importer = Importer(
        scope=payload.scope,
        mode=payload.mode,
        language=payload.language,
        now=now,
        today=ledger_day(now),
    )
    rows = [row for row in chunk if isinstance(row, NumberedRow)]
    verdicts = [row for row in chunk if isinstance(row, Verdict)]
    async with context.transaction() as session:
        verdicts += await operations.import_rows(session, rows, known=known, importer=importer)
        await keep_verdicts(session, RowVerdict, job_id=context.job_id, verdicts=verdicts)


IMPORT_FACILITIES: Final = JobHandler(ImportFacilities.kind, ImportFacilities, import_facilities)
