"""Cells as Indonesian offices write them, read as what their column holds."""

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from shared.errors import InvalidError, ServiceError
from shared.files.xlsx import Cell, Flaw, Flawed
from shared.i18n import Text

_GROUPED: Final = re.compile(r"-?\d{1,3}(\.\d{3})+")
_DECIMAL: Final = re.compile(r"-?(\d+|\d{1,3}(\.\d{3})+),\d+|-?\d{1,3}(\.\d{3}){2,}")
_DAY: Final = re.compile(r"(\d{1,2})[/-](\d{1,2})[/-](\d{4})")
_ISO_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_ERRORS: Final = re.compile(r"#(N/A|REF!|VALUE!|NAME\?|DIV/0!|NUM!|NULL!|SPILL!|CALC!)")
# Spreadsheets take a text that begins like this for a formula; an export puts a mark before it.
FORMULA_MARKS: Final = ("=", "+", "-", "@", "\t", "\r")
MARK: Final = "'"
_TRUTHS: Final = {
    **dict.fromkeys(("ya", "y", "benar", "true", "1", "yes"), True),
    **dict.fromkeys(("tidak", "t", "salah", "false", "0", "no"), False),
}
# What no body takes: the column is named among those that are wrong.
_UNREADABLE: Final = object()


class CellFormulaError(InvalidError):
    """A formula stands where somebody should have written something."""

    code = "cell-formula"
    title = Text("Ada rumus di tempat isian.", "There is a formula instead of a value.")


class CellBrokenError(InvalidError):
    """A cell holds an error of the spreadsheet, such as #N/A."""

    code = "cell-error"
    title = Text("Ada sel yang berisi galat.", "A cell holds an error of the spreadsheet.")


class CellNumericError(InvalidError):
    """A code was typed as a number, so that zeros or digits of it may be lost."""

    code = "cell-numeric"
    title = Text("Kode tersimpan sebagai angka.", "A code is kept as a number.")


class CellKind(StrEnum):
    """What the cells of a column hold."""

    TEXT = "TEXT"
    CODE = "CODE"
    WORD = "WORD"
    WHOLE = "WHOLE"
    DECIMAL = "DECIMAL"
    DAY = "DAY"
    TRUTH = "TRUTH"


_WRITTEN: Final = (CellKind.TEXT, CellKind.CODE, CellKind.WORD)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a template; `synonyms` are other words for the values of a WORD."""

    kind: CellKind = CellKind.TEXT
    required: bool = False
    synonyms: Mapping[str, str] = field(default_factory=dict)


def word_of(text: str) -> str:
    """Return `lpk company` and `LPK-COMPANY` as LPK_COMPANY."""
    return "_".join(text.upper().replace("-", " ").split())


def read_cells(cells: Mapping[str, Cell], columns: Mapping[str, Column]) -> dict[str, object]:
    """Return what the cells of a row say, empty ones left out, for a body to check.

    Whole numbers may have dots between thousands. In decimals a comma comes before the fraction
    and dots between thousands (1.000.000,50); a single dot without a comma comes before the
    fraction (1000000.5). Days are 31/12/2025, 2025-12-31 or cells formatted as a day.

    Raises:
        CellFormulaError, CellBrokenError, CellNumericError: naming the column.
    """
    said = {
        name: _read(name, cell, columns.get(name, Column()))
        for name, cell in cells.items()
        if cell != ""
    }
    return {name: value for name, value in said.items() if value != ""}


def _told(refusal: type[ServiceError], name: str, why: Text) -> ServiceError:
    return refusal(Text(f"Kolom {name}: {why.id}", f"Column {name}: {why.en}"))


def _read(name: str, cell: Cell, column: Column) -> object:
    if isinstance(cell, Flawed):
        if cell.flaw is Flaw.ERROR:
            raise _told(CellBrokenError, name, CellBrokenError.title)
        if column.kind in _WRITTEN or cell.value == "":
            raise _told(CellFormulaError, name, CellFormulaError.title)
        return _read(name, cell.value, column)
    if isinstance(cell, str):
        return _read_text(name, cell, column)
    return _read_typed(name, cell, column.kind)


def _read_text(name: str, cell: str, column: Column) -> object:
    if _ERRORS.fullmatch(cell):
        raise _told(CellBrokenError, name, CellBrokenError.title)
    if cell.startswith("="):
        raise _told(CellFormulaError, name, CellFormulaError.title)
    if cell.startswith(MARK) and cell[1:].startswith(FORMULA_MARKS):
        cell = cell[1:]
    if column.kind is CellKind.WORD:
        word = word_of(cell)
        return column.synonyms.get(word, word)
    reader = _READERS.get(column.kind)
    return cell if reader is None else reader(cell)


def _whole(cell: str) -> object:
    return cell.replace(".", "") if _GROUPED.fullmatch(cell) else cell


def _decimal(cell: str) -> object:
    return cell.replace(".", "").replace(",", ".") if _DECIMAL.fullmatch(cell) else cell


def _read_typed(name: str, cell: Cell, kind: CellKind) -> object:
    number = isinstance(cell, int | float) and not isinstance(cell, bool)
    if kind is CellKind.CODE:
        why = Text(
            "kode tersimpan sebagai angka atau tanggal, sehingga nol di depan atau angka di"
            " belakang bisa hilang; format kolom sebagai teks lalu ketik ulang.",
            "the code is kept as a number or a day, so that zeros or digits may be lost; format"
            " the column as text and type it again.",
        )
        raise _told(CellNumericError, name, why)
    if kind is CellKind.TEXT and number:
        return str(cell)
    fits = {
        CellKind.WHOLE: number,
        CellKind.DECIMAL: number,
        CellKind.DAY: type(cell) is dt.date,
    }
    if kind is CellKind.TRUTH:
        return _truth(str(cell))
    return cell if fits.get(kind, False) else _UNREADABLE


def _day(cell: str) -> object:
    found = _DAY.fullmatch(cell)
    day, month, year = found.groups() if found else ("", "", "")
    iso = f"{year}-{int(month):02d}-{int(day):02d}" if found else cell
    try:
        return dt.date.fromisoformat(iso) if _ISO_DAY.fullmatch(iso) else _UNREADABLE
    except ValueError:
        return _UNREADABLE


def _truth(cell: str) -> object:
    return _TRUTHS.get(cell.lower(), _UNREADABLE)


_READERS: Final[dict[CellKind, Callable[[str], object]]] = {
    CellKind.WHOLE: _whole,
    CellKind.DECIMAL: _decimal,
    CellKind.DAY: _day,
    CellKind.TRUTH: _truth,
}
