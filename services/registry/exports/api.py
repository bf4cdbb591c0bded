"""HTTP face of exports: every list as a file, streamed."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from datetime import date
from typing import Annotated, Any, BinaryIO, Final, TypeAlias

import xlsxwriter
from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response, StreamingResponse

from services.registry.base import Audit
from services.registry.export_lists.queries import EXPORTS
from services.registry.export_lists.tables import ExportList
from services.registry.exports.queries import ExportRows, is_longer_than, read_rows
from services.registry.exports.rules import (
    MAX_SHEET_ROWS,
    ExportFormat,
    ExportPlacelessError,
    ExportTooLongError,
    csv_lines,
    feature,
    plain,
)
from services.registry.exports.schemas import ExportQuery, query_model
from shared.db.audit import note_read
from shared.db.session import Sessions, transaction
from shared.files.workbooks import CSV, XLSX
from shared.web.auth import Caller, Requires
from shared.web.openapi import problems

router = APIRouter(prefix="/exports", tags=["exports"])

GEOJSON: Final = "application/geo+json"
# Excel takes a CSV for UTF-8 only when it begins with this mark.
_MARK: Final = "\ufeff"
_PIECE: Final = 256 * 1024


_Writer: TypeAlias = Callable[["_Export", ExportRows], AsyncIterator[str] | AsyncIterator[bytes]]


class _Export:
    """A list that is being exported to a caller, a chunk in each short transaction."""

    def __init__(
        self, name: str, exported: ExportList, query: ExportQuery, request: Request, caller: Caller
    ) -> None:
        self.name = name
        self.exported = exported
        self.names = list(exported.columns())
        self._filters = query.narrowed()
        self._sessions: Sessions = request.scope["state"]["sessions"]
        self._caller = caller

    async def begin(self, *, most: int | None) -> ExportRows:
        """Return the first rows, noting that persons are read, before anything is answered.

        Raises:
            ExportTooLongError: when there are more than `most`.
        """
        scope = self._caller.scope
        async with self._transaction() as session:
            if most is not None and await is_longer_than(
                session, self.exported, scope=scope, filters=self._filters, limit=most
            ):
                raise ExportTooLongError
            if self.exported.audited is not None:
                detail = {name: str(value) for name, value in self._filters.items()}
                action, subject = self.exported.audited, self._filters.get("facility_id")
                await note_read(session, Audit, action=action, subject_id=subject, detail=detail)
            return await read_rows(
                session, self.exported, scope=scope, filters=self._filters, after=None
            )

    async def chunks(self, first: ExportRows) -> AsyncIterator[ExportRows]:
        """Yield all rows, beginning with the first."""
        rows = first
        yield rows
        while rows.after is not None:
            async with self._transaction() as session:
                rows = await read_rows(
                    session,
                    self.exported,
                    scope=self._caller.scope,
                    filters=self._filters,
                    after=rows.after,
                )
            yield rows

    def _transaction(self) -> Any:  # noqa: ANN401 - as `transaction` returns it
        return transaction(self._sessions, scope=self._caller.scope, actor=self._caller.actor)


async def _csv(export: _Export, first: ExportRows) -> AsyncIterator[str]:
    yield _MARK + csv_lines([export.names])
    async for chunk in export.chunks(first):
        yield csv_lines(chunk.rows)


async def _geojson(export: _Export, first: ExportRows) -> AsyncIterator[str]:
    yield '{"type":"FeatureCollection","features":['
    mark = "\n"
    async for chunk in export.chunks(first):
        pairs = zip(chunk.rows, chunk.points, strict=True)
        features = [feature(export.names, row, point) for row, point in pairs]
        if features:
            yield mark + ",\n".join(features)
            mark = ",\n"
    yield "\n]}\n"


class _Sheet:
    """A workbook that is written row by row to a file, so that it needs no memory."""

    def __init__(self, file: BinaryIO, folder: str, names: Sequence[str]) -> None:
        options = {"constant_memory": True, "tmpdir": folder}
        self._book = xlsxwriter.Workbook(file, options)
        self._day = self._book.add_format({"num_format": "dd/mm/yyyy"})
        self._sheet = self._book.add_worksheet("Data")
        self._sheet.freeze_panes(1, 0)
        bold = self._book.add_format({"bold": True})
        for place, name in enumerate(names):
            self._sheet.write_string(0, place, name, bold)
        self._rows = 0

    def add(self, rows: Sequence[Sequence[Any]]) -> None:
        """Write rows below those that are there."""
        for row in rows:
            self._rows += 1
            for place, value in enumerate(row):
                self._write(place, plain(value))

    def _write(self, place: int, cell: str | float | date | None) -> None:
        if isinstance(cell, bool):
            self._sheet.write_boolean(self._rows, place, cell)
        elif isinstance(cell, int | float):
            self._sheet.write_number(self._rows, place, cell)
        elif isinstance(cell, date):
            self._sheet.write_datetime(self._rows, place, cell, self._day)
        elif cell is not None:
            self._sheet.write_string(self._rows, place, cell)

    def close(self) -> None:
        """Finish the file."""
        self._book.close()


async def _xlsx(export: _Export, first: ExportRows) -> AsyncIterator[bytes]:
    """Yield a workbook, written first; the file has no name and is gone once it is closed."""
    with tempfile.TemporaryFile() as file:
        with tempfile.TemporaryDirectory() as folder:
            sheet = _Sheet(file, folder, export.names)
            async for chunk in export.chunks(first):
                await asyncio.to_thread(sheet.add, chunk.rows)
            await asyncio.to_thread(sheet.close)
        file.seek(0)
        while content := await asyncio.to_thread(file.read, _PIECE):
            yield content


_WRITERS: Final[Mapping[ExportFormat, tuple[_Writer, str]]] = {
    ExportFormat.CSV: (_csv, CSV),
    ExportFormat.XLSX: (_xlsx, XLSX),
    ExportFormat.GEOJSON: (_geojson, GEOJSON),
}


async def _answer(export: _Export, wanted: ExportFormat) -> Response:
    if wanted is ExportFormat.GEOJSON and export.exported.facility is None:
        raise ExportPlacelessError
    first = await export.begin(most=MAX_SHEET_ROWS if wanted is ExportFormat.XLSX else None)
    write, media_type = _WRITERS[wanted]
    headers = {"Content-Disposition": f'attachment; filename="{export.name}.{wanted}"'}
    return StreamingResponse(write(export, first), media_type=media_type, headers=headers)


def _exporter(name: str, exported: ExportList) -> Callable[..., Awaitable[Response]]:
    reader = Annotated[Caller, Depends(Requires(exported.permission))]

    async def export_list(request: Request, caller: reader, query: ExportQuery) -> Response:
        return await _answer(_Export(name, exported, query, request, caller), query.format)

    # A list has the parameters that its table has columns for, and no others.
    model = query_model(name.replace("-", "_"), exported.filters)
    export_list.__annotations__["query"] = Annotated[model, Query()]
    return export_list


_FILES: Final[Mapping[int | str, dict[str, Any]]] = {
    200: {
        "description": "The list as a file.",
        "content": {
            "text/csv": {"schema": {"type": "string"}},
            XLSX: {"schema": {"type": "string", "format": "binary"}},
            GEOJSON: {"schema": {"type": "object"}},
        },
    }
}

for _name, _exported in EXPORTS.items():
    _refusals = problems(ExportTooLongError, ExportPlacelessError)
    router.add_api_route(
        f"/{_name}",
        _exporter(_name, _exported),
        methods=["GET"],
        name=f"export_{_name.replace('-', '_')}",
        response_class=Response,
        responses={**_FILES, **_refusals},
        description=f"Export {_name.replace('-', ' ')} as a file, read by the rule of"
        f" {' and '.join(f'`{path}`' for path in _exported.lists)}; rows without a place are no"
        " GeoJSON. Texts that a spreadsheet would take for a formula are made harmless.",
    )
