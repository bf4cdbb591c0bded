"""Background work: bring a file of facilities in, a chunk of rows in each transaction."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Final

from pydantic import ValidationError

from services.registry.base import RowVerdict, Upload
from services.registry.facility_imports import operations
from services.registry.facility_imports.operations import Importer, NumberedRow
from services.registry.facility_imports.rules import Given, Known, RowInvalidError
from services.registry.facility_imports.schemas import (
    FacilityRow,
    ImportFacilities,
    ImportMode,
)
from services.registry.imports.rules import RowRepeatedError, RowTooLongError, chunks_of
from shared.clock import ledger_day, utc_now
from shared.db.imports import keep_verdicts, last_judged, read_upload, tally
from shared.errors import ServiceError
from shared.files.csv import EXTRA, read_table
from shared.i18n import Language, Text
from shared.jobs.context import JobContext, JobHandler
from shared.schemas.imports import Verdict, refused

# A quarter of a second a chunk: a long write transaction holds up every reader of events.
_CHUNK: Final = 250
_COLUMNS: Final[Mapping[str, bool]] = {
    name: field.is_required() for name, field in FacilityRow.model_fields.items()
}


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
    rows: list[NumberedRow | Verdict] = []
    codes: set[str] = set()
    for number, cells in read_table(file, columns=_COLUMNS):
        try:
            body = _body_of(cells)
            if body.code in codes:
                raise RowRepeatedError
            codes.add(body.code)
            rows.append(NumberedRow(number, body))
        except ServiceError as error:
            rows.append(refused(number, error, language))
    return rows


def _body_of(cells: dict[str, str]) -> Given:
    """Return a row as a facility.

    Raises:
        RowTooLongError: when there are cells beyond the last column.
        RowInvalidError: when cells do not read; the columns are named, their content is not.
    """
    if EXTRA in cells:
        raise RowTooLongError
    try:
        said = {name: cell for name, cell in cells.items() if cell}
        return FacilityRow.model_validate(said).given()
    except ValidationError as error:
        columns = ", ".join(sorted({str(each["loc"][0]) for each in error.errors()}))
        detail = Text(f"Kolom yang tidak sah: {columns}.", f"Columns that are wrong: {columns}.")
        raise RowInvalidError(detail) from error


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
