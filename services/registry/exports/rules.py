"""What an export is written as, and what it refuses, stated without a database."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from enum import Enum, StrEnum
from typing import Any, Final, TypeAlias
from uuid import UUID

from shared.errors import InvalidError
from shared.files.workbooks import harmless
from shared.i18n import Text

# A sheet holds 1,048,576 rows; more than this is no file for a desk.
MAX_SHEET_ROWS: Final = 200_000


class ExportFormat(StrEnum):
    """What a list is exported as."""

    CSV = "csv"
    XLSX = "xlsx"
    GEOJSON = "geojson"


class ExportPlacelessError(InvalidError):
    """The rows of this list stand at no point of the map."""

    code = "export-placeless"
    title = Text(
        "Daftar ini tidak mempunyai titik di peta; pakai csv atau xlsx.",
        "The rows of this list have no point on the map; ask for csv or xlsx.",
    )


class ExportTooLongError(InvalidError):
    """There are more rows than a workbook should hold."""

    code = "export-too-long"
    title = Text(
        "Lebih dari 200.000 baris; persempit dengan saringan atau pakai csv.",
        "More than 200,000 rows; narrow them down, or ask for csv.",
    )


Plain: TypeAlias = str | int | float | bool | date | None


def plain(value: object) -> Plain:
    """Return a value as a cell holds it; instants are texts, for they carry their zone."""
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Plain):
        return value
    if isinstance(value, list | tuple) and not any(isinstance(each, dict) for each in value):
        return "|".join(str(plain(each)) for each in value)
    if isinstance(value, list | tuple | Mapping):
        return json.dumps(value, default=str, ensure_ascii=False)
    return str(value)


def csv_lines(rows: Sequence[Sequence[Any]]) -> str:
    """Return rows as lines of CSV in which no spreadsheet finds a formula."""
    out = io.StringIO(newline="")
    csv.writer(out).writerows([[_csv_cell(plain(value)) for value in row] for row in rows])
    return out.getvalue()


def _csv_cell(value: Plain) -> str | int | float:
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return ""
    if isinstance(value, str):
        return harmless(value)
    return value.isoformat() if isinstance(value, date) else value


def feature(names: Sequence[str], row: Sequence[Any], point: tuple[float, float] | None) -> str:
    """Return a row as a GeoJSON feature; `point` is longitude and latitude (RFC 7946)."""
    properties = {name: _property(value) for name, value in zip(names, row, strict=True)}
    geometry = None if point is None else {"type": "Point", "coordinates": list(point)}
    whole = {"type": "Feature", "geometry": geometry, "properties": properties}
    return json.dumps(whole, ensure_ascii=False)


def _property(value: object) -> object:
    if isinstance(value, list | tuple):
        return [_property(each) for each in value]
    if isinstance(value, Mapping):
        return {str(name): _property(each) for name, each in value.items()}
    if isinstance(value, UUID):
        return str(value)
    found = plain(value)
    return found.isoformat() if isinstance(found, date) else found
