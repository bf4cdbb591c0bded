"""The import of attendance, a session at a time."""

import asyncio
from collections.abc import Iterable, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any, Final

from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.attendance_imports.operations import (
    Placed,
    record_session,
    what_is_known,
)
from services.enrollment.attendance_imports.rules import COLUMNS, Known, ListedTwiceError
from services.enrollment.attendance_imports.schemas import AttendanceRow, ImportAttendance
from services.enrollment.base import RowVerdict, Upload
from services.enrollment.class_imports.rules import RowInvalidError
from shared.db.imports import keep_verdicts, read_upload, tally
from shared.errors import ServiceError
from shared.files.cells import read_cells
from shared.files.xlsx import Cell, read_sheet
from shared.i18n import Text
from shared.jobs.context import JobContext, JobHandler
from shared.schemas.imports import Verdict, refused

_REQUIRED: Final = {name: column.required for name, column in COLUMNS.items()}
_VERDICTS_AT_ONCE: Final = 5_000


async def import_attendance(context: JobContext, payload: ImportAttendance) -> dict[str, Any]:
    """Record the attendance of a file; the result counts what became of its rows.

    Run again it changes nothing of what it has recorded, and the first verdicts stand.
    """
    async with context.transaction() as session:
        raw = await read_upload(session, Upload, payload.upload_id)
        known = await what_is_known(session, payload.class_id)
    rows = await asyncio.to_thread(lambda: list(read_sheet(raw, columns=_REQUIRED)))
    placed, bad = _sorted_out(rows, known, payload=payload)
    for begin in range(0, len(bad), _VERDICTS_AT_ONCE):
        async with context.transaction() as session:
            await _keep(context, session, bad[begin : begin + _VERDICTS_AT_ONCE])
    judged = len(bad)
    for _, group in groupby(placed, key=attrgetter("position")):
        of_session = list(group)
        async with context.transaction() as session:
            verdicts = await record_session(session, of_session, payload=payload)
            await _keep(context, session, verdicts)
        judged += len(of_session)
        await context.progress(judged, len(rows))
    async with context.transaction() as session:
        return await tally(session, RowVerdict, context.job_id)


async def _keep(context: JobContext, session: AsyncSession, verdicts: Sequence[Verdict]) -> None:
    await keep_verdicts(session, RowVerdict, job_id=context.job_id, verdicts=verdicts)


def _sorted_out(
    rows: Iterable[tuple[int, dict[str, Cell]]], known: Known, *, payload: ImportAttendance
) -> tuple[list[Placed], list[Verdict]]:
    """Return the rows that say something of somebody, by session, and verdicts on the others."""
    placed: dict[tuple[int, object], Placed] = {}
    bad: list[Verdict] = []
    for number, cells in rows:
        try:
            each = _placed(number, _read(cells), known)
            if (each.position, each.enrollment_id) in placed:
                raise ListedTwiceError
        except ServiceError as error:
            bad.append(refused(number, error, payload.language))
        else:
            placed[each.position, each.enrollment_id] = each
    return sorted(placed.values(), key=attrgetter("position", "number")), bad


def _placed(number: int, row: AttendanceRow, known: Known) -> Placed:
    return Placed(
        number=number,
        row=row,
        position=known.position(row.session, row.date),
        enrollment_id=known.enrollment(row.enrollment_id, row.participant_id),
    )


def _read(cells: dict[str, Cell]) -> AttendanceRow:
    """Return what a row says.

    Raises:
        RowInvalidError: when cells are missing or malformed; it names their columns.
        CellFormulaError, CellBrokenError, CellNumericError: when nobody wrote a cell.
    """
    members = read_cells(cells, COLUMNS)
    try:
        return AttendanceRow.model_validate(members)
    except ValidationError as error:
        # What concerns the row as a whole is the delay of somebody who was not late.
        found = {str((*each["loc"], "minutes_late")[0]) or "?" for each in error.errors()}
        names = ", ".join(sorted(found))
        raise RowInvalidError(
            Text(f"Periksa kolom: {names}.", f"Check the columns: {names}.")
        ) from error


HANDLER: Final = JobHandler(ImportAttendance.kind, ImportAttendance, import_attendance)
