"""Background work on areas: load a list, a chunk of rows in each transaction."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from services.registry.areas import operations
from services.registry.areas.rules import (
    PARENT_COLUMNS,
    REFUSALS,
    GivenArea,
    read_row,
)
from services.registry.areas.schemas import ImportAreas
from services.registry.base import RowVerdict, Upload
from services.registry.imports.rules import RowRepeatedError, RowTooLongError, chunks_of
from shared.clock import utc_now
from shared.db.imports import keep_verdicts, last_judged, read_upload, tally
from shared.files.csv import EXTRA, read_table
from shared.i18n import Language
from shared.jobs.context import JobContext, JobHandler
from shared.schemas.imports import Verdict, refused

_DATA: Final = Path(__file__).parent / "data"
_SHIPPED: Final = ("provinces.csv", "regencies.csv", "districts.csv", "villages.csv")

# Far below a second a chunk: a long write transaction holds up every reader of events.
_CHUNK: Final = 5_000
_COLUMNS: Final[Mapping[str, bool]] = {
    "code": True,
    "name": True,
    **dict.fromkeys(PARENT_COLUMNS, False),
}


async def import_areas(context: JobContext, payload: ImportAreas) -> dict[str, Any]:
    """Load a list of areas; an interrupted run goes on after the last row that has its verdict.

    Returns how many rows came to each outcome.
    """
    files = await _files(context, payload)
    rows = await asyncio.to_thread(_rows_of, files, payload.language)
    async with context.transaction() as session:
        done = await last_judged(session, RowVerdict, context.job_id)
    for place, chunk in chunks_of(rows, _CHUNK, done=done):
        await _load_chunk(context, payload, chunk, last=place == len(rows))
        await context.progress(place, len(rows))
    async with context.transaction() as session:
        return await tally(session, RowVerdict, context.job_id)


async def _files(context: JobContext, payload: ImportAreas) -> list[bytes]:
    if payload.upload_id is None:
        return await asyncio.to_thread(lambda: [(_DATA / name).read_bytes() for name in _SHIPPED])
    async with context.transaction() as session:
        return [await read_upload(session, Upload, payload.upload_id)]


def _rows_of(files: list[bytes], language: Language) -> list[GivenArea | Verdict]:
    """Return every row of the files as an area, or as the verdict that refuses it."""
    rows: list[GivenArea | Verdict] = []
    codes: set[str] = set()
    offset = 0
    for file in files:
        for number, cells in read_table(file, columns=_COLUMNS):
            row = offset + number
            try:
                if EXTRA in cells:
                    raise RowTooLongError
                area = read_row(row, cells)
                if area.code in codes:
                    raise RowRepeatedError
                codes.add(area.code)
                rows.append(area)
            except REFUSALS as error:
                rows.append(refused(row, error, language))
        offset = rows[-1].row if rows else 0
    return rows


async def _load_chunk(
    context: JobContext, payload: ImportAreas, chunk: Sequence[GivenArea | Verdict], *, last: bool
) -> None:
    areas = [row for row in chunk if isinstance(row, GivenArea)]
    verdicts = [row for row in chunk if isinstance(row, Verdict)]
    async with context.transaction() as session:
        verdicts += await operations.load_areas(
            session,
            areas,
            valid_from=payload.valid_from,
            decree=payload.decree,
            language=payload.language,
        )
        await keep_verdicts(session, RowVerdict, job_id=context.job_id, verdicts=verdicts)
        if last:
            await operations.announce_areas(
                session, job_id=context.job_id, valid_from=payload.valid_from, now=utc_now()
            )


IMPORT_AREAS: Final = JobHandler(ImportAreas.kind, ImportAreas, import_areas)
