"""Workbooks as people send them, looked over before they are opened, in the same rows as text."""

import datetime as dt
import io
import re
import sys
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeAlias, cast
from xml.etree import ElementTree as ET
from xml.parsers import expat

from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum

from shared.errors import InvalidError
from shared.files.csv import FileUnreadableError, named_rows, read_records
from shared.i18n import Text

MAX_UNPACKED: Final = 128 * 1024 * 1024
MAX_RATIO: Final = 100
MAX_PARTS: Final = 1_000
MAX_CELLS: Final = 500_000
MAX_ROWS: Final = 100_000
MAX_COLUMNS: Final = 200
_MAX_INDEX: Final = 1024 * 1024
_CHUNK: Final = 256 * 1024
_ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06")
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_LOCKED: Final = 0x1
_TABLE: Final = 4 * MAX_CELLS
_MACROS: Final = re.compile(r"vbaproject|macrosheets/|vbadata", re.IGNORECASE)
# No part of a workbook declares entities; what does, is made to grow when it is parsed. Text in
# another encoding than UTF-8 would hide it.
_ENTITIES: Final = re.compile(rb"<!(DOCTYPE|ENTITY)")
_WIDE: Final = (b"\xff\xfe", b"\xfe\xff", b"<\x00", b"\x00<")
_REFERENCE: Final = re.compile(r"([A-Z]{1,3})([1-9]\d{0,6})")
_RELATION: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_BROKEN: Final = (
    CalamineError,
    zipfile.BadZipFile,
    zlib.error,
    expat.ExpatError,
    ET.ParseError,
    LookupError,
    ValueError,
    EOFError,
    OSError,
    RuntimeError,
    StopIteration,
)


class FileLockedError(InvalidError):
    """The workbook is protected by a password, or of the format before 2007."""

    code = "file-locked"
    title = Text(
        "Berkas terkunci kata sandi atau berformat .xls lama; simpan sebagai .xlsx tanpa sandi.",
        "The file is password-protected or an old .xls; save it as .xlsx without a password.",
    )


class FileMacrosError(InvalidError):
    """The workbook holds macros."""

    code = "file-macros"
    title = Text(
        "Berkas berisi makro; simpan sebagai .xlsx tanpa makro.",
        "The file holds macros; save it as .xlsx without them.",
    )


class FileTooLargeError(InvalidError):
    """Unpacked, the workbook is larger than anybody needs to send."""

    code = "file-too-large"
    title = Text(
        "Isi berkas terlalu besar: paling banyak 500.000 sel, 100.000 baris, 200 kolom dan 128 MB,"
        " dan seratus kali ukuran berkas.",
        "The content is too large: at most 500,000 cells, 100,000 rows, 200 columns and 128 MB,"
        " and a hundred times the file.",
    )


class Flaw(StrEnum):
    """How a cell came to what it shows, when nobody wrote it there."""

    FORMULA = "FORMULA"
    ERROR = "ERROR"


Moment: TypeAlias = dt.date | dt.time | dt.timedelta
Plain: TypeAlias = str | int | float | bool | Moment


@dataclass(frozen=True, slots=True)
class Flawed:
    """A cell that holds an error, or a formula that once came to `value`."""

    flaw: Flaw
    value: Plain


Cell: TypeAlias = Plain | Flawed


def is_workbook(raw: bytes) -> bool:
    """Tell whether a file is a workbook, also one that will be refused, and no text."""
    return raw.startswith((*_ZIP, _OLE))


def read_sheet(raw: bytes, *, columns: Mapping[str, bool]) -> Iterator[tuple[int, dict[str, Cell]]]:
    """Yield the number and the cells of each row of a file, CSV or XLSX, as `named_rows` does.

    Of a workbook the first visible sheet counts. Cells of a text file are texts.

    Raises:
        FileUnreadableError, FileLockedError, FileMacrosError, FileTooLargeError: when it is no
            file that can be read, or none that should be opened.
        BadFileError: when its columns are not the template's.
    """
    texts = None if is_workbook(raw) else read_records(raw)
    records = _records(raw) if texts is None else cast("Iterator[Sequence[Cell]]", texts)
    return named_rows(records, columns=columns, blank="")


def _records(raw: bytes) -> Iterator[Sequence[Cell]]:
    """Yield every row of the sheet, from its first; row and column 0 come first."""
    check_workbook(raw)
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(raw)) as book:
            name = _first_visible(book)
            with zipfile.ZipFile(io.BytesIO(raw)) as archive:
                flaws = _scan(archive, _part_of(archive, name))
            sheet = book.get_sheet_by_name(name)
            height = 0
            for cells in sheet.iter_rows():
                yield _marked([_plain(cell) for cell in cells], flaws.get(height, {}))
                height += 1
    except _BROKEN as error:
        raise FileUnreadableError from error
    # Rows of nothing but formulas that nobody has computed yet are rows as well.
    for place in range(height, max(flaws, default=-1) + 1):
        yield _marked([], flaws.get(place, {}))


def check_workbook(raw: bytes) -> None:
    """Refuse a workbook that should not be opened.

    Raises:
        FileUnreadableError, FileLockedError, FileMacrosError, FileTooLargeError
    """
    if raw.startswith(_OLE):
        raise FileLockedError
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            parts = archive.infolist()
            if any(part.flag_bits & _LOCKED for part in parts):
                raise FileLockedError
            if any(_MACROS.search(part.filename) for part in parts):
                raise FileMacrosError
            if len(parts) > MAX_PARTS:
                raise FileTooLargeError
            archive.getinfo("xl/workbook.xml")
            _inflate(archive, parts, most=min(MAX_UNPACKED, MAX_RATIO * len(raw)))
    except _BROKEN as error:
        raise FileUnreadableError from error


def _inflate(archive: zipfile.ZipFile, parts: Sequence[zipfile.ZipInfo], *, most: int) -> None:
    """Unpack every part and keep nothing, because the sizes that an archive states may be lies."""
    for part in parts:
        honest, before = copy(part), b""
        honest.file_size = sys.maxsize
        with archive.open(honest) as content:
            while chunk := content.read(_CHUNK):
                most -= len(chunk)
                if most < 0:
                    raise FileTooLargeError
                if _ENTITIES.search(before + chunk) or (not before and chunk.startswith(_WIDE)):
                    raise FileUnreadableError
                before = chunk[-8:]


def _first_visible(book: CalamineWorkbook) -> str:
    names = [sheet.name for sheet in book.sheets_metadata]
    shown = [
        sheet.name for sheet in book.sheets_metadata if sheet.visible is SheetVisibleEnum.Visible
    ]
    if not shown or len(set(names)) != len(names):
        raise FileUnreadableError
    return shown[0]


def _index(archive: zipfile.ZipFile, part: str) -> ET.Element:
    if archive.getinfo(part).file_size > _MAX_INDEX:
        raise FileTooLargeError
    return ET.fromstring(archive.read(part))  # noqa: S314 - declares no entities


def _part_of(archive: zipfile.ZipFile, sheet: str) -> str:
    """Return the part of the archive that holds a sheet."""
    book = _index(archive, "xl/workbook.xml").iter()
    relation = next(each.get(_RELATION) for each in book if each.get("name") == sheet)
    links = _index(archive, "xl/_rels/workbook.xml.rels").iter()
    target = next(each.attrib["Target"] for each in links if each.get("Id") == relation)
    return target.lstrip("/") if target.startswith("/") else f"xl/{target}"


def _scan(archive: zipfile.ZipFile, part: str) -> dict[int, dict[int, Flaw]]:
    """Return the flaws of a sheet by row and column, once it is known to be of a sound size.

    Two cells in opposite corners would otherwise make a table of all cells between them.
    """
    scan, parser = _Scan(), expat.ParserCreate()
    parser.StartElementHandler = scan.begin
    with archive.open(part) as content:
        parser.ParseFile(content)
    return scan.flaws


class _Scan:
    def __init__(self) -> None:
        self.flaws: dict[int, dict[int, Flaw]] = {}
        self._row = self._column = self._cells = self._height = self._width = 0
        self._error = self._counted = False

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        match name.rpartition(":")[2]:
            case "c":
                self._place(attributes.get("r"))
                self._error, self._counted = attributes.get("t") == "e", False
            case "row":
                self._row, self._column = int(attributes.get("r", self._row + 1)), 0
            case "f":
                self._count()
                self._flaw(Flaw.FORMULA)
            case "v" | "is":
                self._count()
                if self._error:
                    self._flaw(Flaw.ERROR)

    def _place(self, reference: str | None) -> None:
        if reference is None:
            self._column += 1
            return
        found = _REFERENCE.fullmatch(reference)
        if found is None:
            raise FileUnreadableError
        self._row, self._column = int(found[2]), 0
        for letter in found[1]:
            self._column = self._column * 26 + ord(letter) - 64

    def _count(self) -> None:
        self._cells += not self._counted
        self._counted = True
        self._height = max(self._height, self._row)
        self._width = max(self._width, self._column)
        if (
            self._cells > MAX_CELLS
            or self._height > MAX_ROWS
            or self._width > MAX_COLUMNS
            or self._height * self._width > _TABLE
        ):
            raise FileTooLargeError

    def _flaw(self, flaw: Flaw) -> None:
        self.flaws.setdefault(self._row - 1, {})[self._column - 1] = flaw


def _marked(cells: list[Plain], flaws: Mapping[int, Flaw]) -> Sequence[Cell]:
    if not flaws:
        return cells
    width = max(len(cells), max(flaws) + 1)
    padded = [*cells, *[""] * (width - len(cells))]
    return [
        Flawed(flaws[place], cell) if place in flaws else cell for place, cell in enumerate(padded)
    ]


def _plain(cell: Plain) -> Plain:
    """Return a cell as it was meant: a workbook keeps whole numbers and days as others."""
    if isinstance(cell, str):
        return cell.strip()
    if isinstance(cell, float) and cell.is_integer():
        return int(cell)
    if isinstance(cell, dt.datetime) and cell.time() == dt.time():
        return cell.date()
    return cell
