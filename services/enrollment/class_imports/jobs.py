"""Planning the classes of a file, a chunk of rows at a time."""

import asyncio
from collections.abc import Iterator, Sequence
from typing import Any, Final, TypeAlias

import httpx
from pydantic import ValidationError

from services.enrollment import gateways
from services.enrollment.base import RowVerdict, Upload
from services.enrollment.class_imports import operations
from services.enrollment.class_imports.operations import Checked, Held, Judged
from services.enrollment.class_imports.rules import (
    COLUMNS,
    OUTCOMES,
    RowInvalidError,
    members_of,
)
from services.enrollment.class_imports.schemas import ClassRow, ImportClasses
from services.enrollment.classes.operations import settle_later
from shared.db.imports import keep_verdicts, last_judged, read_upload, tally
from shared.errors import InvalidError, ServiceError
from shared.files.xlsx import Cell, read_sheet
from shared.http.client import UpstreamRefusedError, accept_language
from shared.i18n import Language, Text
from shared.jobs.context import JobContext, JobHandler
from shared.schemas.imports import Outcome, Verdict, refused
from shared.schemas.registry import ClassCheck

Cells: TypeAlias = tuple[int, dict[str, Cell]]

_REQUIRED: Final = {name: column.required for name, column in COLUMNS.items()}
# Rows about which the registry is asked side by side, and that one transaction then writes: far
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
    judged = len(rows) - len(left)
    for chunk in _chunks(left):
        await _import_chunk(context, chunk, payload=payload)
        judged += len(chunk)
        await context.progress(judged, len(rows))
    async with context.transaction() as session:
        return await tally(session, RowVerdict, context.job_id, outcomes=OUTCOMES)


def _chunks(rows: Sequence[Cells]) -> Iterator[list[Cells]]:
    """Yield rows that can be done side by side: no two of one code, and no two of one space.

    Of two rows that want the same the first has it.
    """
    chunk: list[Cells] = []
    seen: set[tuple[str, str]] = set()
    for number, cells in rows:
        names = {(name, str(cells.get(name))) for name in ("code", "space_id")}
        if len(chunk) == _CHUNK or not seen.isdisjoint(names):
            yield chunk
            chunk, seen = [], set()
        chunk.append((number, cells))
        seen |= names
    if chunk:
        yield chunk


async def _import_chunk(
    context: JobContext, chunk: Sequence[Cells], *, payload: ImportClasses
) -> None:
    """Judge some rows; have the registry hold what those take that are in order; plan them."""
    registry = context.clients["registry"]
    checked = await _check_all(registry, chunk, language=payload.language)
    async with context.transaction() as session:
        judged = [
            each
            if isinstance(each, Verdict)
            else await operations.judge_row(session, each, payload=payload)
            for each in checked
        ]
    held = await asyncio.gather(*(_hold(registry, each) for each in judged))
    async with context.transaction() as session:
        planned = [
            each
            if isinstance(each, Verdict)
            else await operations.plan_row(session, each, payload=payload)
            for each in held
        ]
        verdicts = [
            refused(row[0], each, payload.language) if isinstance(each, ServiceError) else each
            for row, each in zip(chunk, planned, strict=True)
        ]
        created = [each.id for each in verdicts if each.outcome is Outcome.CREATED and each.id]
        if created:
            await settle_later(session, created)
        await keep_verdicts(session, RowVerdict, job_id=context.job_id, verdicts=verdicts)
    for before, after in zip(held, planned, strict=True):
        if isinstance(before, Held) and isinstance(after, ServiceError):
            await gateways.give_back(registry, before.class_id, before.reserved, refusal=after)


async def _hold(registry: httpx.AsyncClient, judged: Judged | Verdict) -> Held | Verdict:
    if isinstance(judged, Verdict):
        return judged
    try:
        reserved = await gateways.reserve_class(registry, judged.class_id, judged.wanted)
    except UpstreamRefusedError as error:
        return _refused(judged.number, error)
    return Held(judged.number, judged.row, judged.class_id, reserved)


def _refused(number: int, error: UpstreamRefusedError) -> Verdict:
    code, detail = error.upstream_code, error.upstream_detail
    return Verdict(number, Outcome.REFUSED, code=code, detail=detail)


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
        return _refused(number, error)


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
