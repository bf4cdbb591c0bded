"""Planning the classes of a file, a chunk of rows at a time."""

import asyncio
from collections.abc import Sequence
from typing import Any, Final, TypeAlias

import httpx
from pydantic import ValidationError

from services.enrollment import gateways
from services.enrollment.base import RowVerdict, Upload
from services.enrollment.class_imports import operations
from services.enrollment.class_imports.operations import Checked
from services.enrollment.class_imports.rules import (
    COLUMNS,
    OUTCOMES,
    RowInvalidError,
    members_of,
)
from services.enrollment.class_imports.schemas import ClassRow, ImportClasses
from shared.db.imports import keep_verdicts, last_judged, read_upload, tally
from shared.errors import InvalidError
from shared.files.xlsx import Cell, read_sheet
from shared.http.client import UpstreamRefusedError, accept_language
from shared.i18n import Language, Text
from shared.jobs.context import JobContext, JobHandler
from shared.schemas.imports import Outcome, Verdict, refused
from shared.schemas.registry import ClassCheck

Cells: TypeAlias = tuple[int, dict[str, Cell]]

_REQUIRED: Final = {name: column.required for name, column in COLUMNS.items()}
# Rows that the registry is asked about side by side, and that one transaction then writes: far
# below a second, because a long one holds up every reader of events.
_CHUNK: Final = 10


async def import_classes(context: JobContext, payload: ImportClasses) -> dict[str, Any]:
    """Plan the classes of a file; the result counts what became of its rows.

    While the registry is away the job stops and is tried again from the first row without verdict.
    """
    accept_language.set(payload.language)
    async with context.transaction() as session:
        raw = await read_upload(session, Upload, payload.upload_id)
        done = await last_judged(session, RowVerdict, context.job_id)
    rows = await asyncio.to_thread(lambda: list(read_sheet(raw, columns=_REQUIRED)))
    left = [row for row in rows if row[0] > done]
    for start in range(0, len(left), _CHUNK):
        chunk = left[start : start + _CHUNK]
        found = await _check_all(context.clients["registry"], chunk, language=payload.language)
        async with context.transaction() as session:
            verdicts = [
                each
                if isinstance(each, Verdict)
                else await operations.plan_row(session, each, payload=payload)
                for each in found
            ]
            await keep_verdicts(session, RowVerdict, job_id=context.job_id, verdicts=verdicts)
        await context.progress(len(rows) - len(left) + start + len(chunk), len(rows))
    async with context.transaction() as session:
        return await tally(session, RowVerdict, context.job_id, outcomes=OUTCOMES)


async def _check_all(
    registry: httpx.AsyncClient, chunk: Sequence[Cells], *, language: Language
) -> list[Checked | Verdict]:
    """Ask the registry about some rows, side by side and before any transaction opens."""
    return list(
        await asyncio.gather(
            *(_check(registry, number, cells, language=language) for number, cells in chunk)
        )
    )


async def _check(
    registry: httpx.AsyncClient, number: int, cells: dict[str, Cell], *, language: Language
) -> Checked | Verdict:
    try:
        row = _read(cells)
    except InvalidError as error:
        return refused(number, error, language)
    check = ClassCheck.model_validate(row.model_dump(include=set(ClassCheck.model_fields)))
    try:
        return Checked(number, row, await gateways.check_class(registry, check))
    except UpstreamRefusedError as error:
        code, detail = error.upstream_code, error.upstream_detail
        return Verdict(number, Outcome.REFUSED, code=code, detail=detail)


def _read(cells: dict[str, Cell]) -> ClassRow:
    """Return what a row says.

    Raises:
        InvalidError: when cells are missing or malformed; it names their columns.
    """
    try:
        return ClassRow.model_validate(members_of(cells))
    except ValidationError as error:
        names = ", ".join(sorted({str(each["loc"][0]) or "?" for each in error.errors()}))
        raise RowInvalidError(
            Text(f"Periksa kolom: {names}.", f"Check the columns: {names}.")
        ) from error


HANDLER: Final = JobHandler(ImportClasses.kind, ImportClasses, import_classes)
