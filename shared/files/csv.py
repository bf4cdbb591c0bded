"""Tables as people send them: comma, semicolon or tab, UTF-8 with or without a mark, or cp1252."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, TypeVar

from shared.errors import InvalidError
from shared.i18n import Text

Cell = TypeVar("Cell", bound=Any)

EXTRA: Final = ""
# What a judged file carries beside its own columns, so that it can be corrected and sent again.
VERDICT_COLUMNS: Final = ("hasil", "kode", "keterangan")
_DELIMITERS: Final = (",", ";", "\t")


class FileUnreadableError(InvalidError):
    """The file is no table."""

    code = "file-unreadable"
    title = Text("Berkas tidak dapat dibaca.", "The file cannot be read as a table.")


class BadFileError(InvalidError):
    """The file's columns are not those of the template."""

    code = "file-columns"
    title = Text("Kolom berkas tidak sesuai templat.", "The columns are not the template's.")


def decoded(raw: bytes) -> tuple[str, str]:
    """Return the text of a file and its encoding.

    Raises:
        FileUnreadableError: when it is no text.
    """
    # An Excel of Indonesia writes cp1252 unless it is asked for UTF-8.
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text, encoding
    raise FileUnreadableError


def delimiter_of(text: str) -> str:
    """Return the mark that parts the header; an Excel of Indonesia writes semicolons."""
    header = text.lstrip("\r\n").split("\n", 1)[0]
    return max(_DELIMITERS, key=header.count)


def _check_header(header: list[str], columns: Mapping[str, bool]) -> None:
    missing = [name for name, required in columns.items() if required and name not in header]
    unknown = [name for name in header if name not in columns]
    if not missing and not unknown and len(set(header)) == len(header):
        return
    names, known = ", ".join(missing) or "-", ", ".join(columns)
    odd = len(unknown) + len(header) - len(set(header))
    raise BadFileError(
        Text(
            f"Kolom yang tidak ada: {names}; kolom yang tidak dikenal atau ganda: {odd}."
            f" Kolom templat: {known}.",
            f"Missing columns: {names}; unknown or repeated columns: {odd}."
            f" The template has: {known}.",
        )
    )


def _named(header: Sequence[str], cells: Sequence[Cell], blank: Cell) -> dict[str, Cell]:
    row = dict(zip(header, cells, strict=False))
    row |= dict.fromkeys(header[len(cells) :], blank)
    beyond = [cell for cell in cells[len(header) :] if cell != blank]
    if beyond:
        row[EXTRA] = beyond[0]
    return {name: cell for name, cell in row.items() if name not in VERDICT_COLUMNS}


def named_rows(
    records: Iterable[Sequence[Cell]], *, columns: Mapping[str, bool], blank: Cell
) -> Iterator[tuple[int, dict[str, Cell]]]:
    """Yield the number and the cells of each row that is not blank; row 1 follows the header.

    `columns` names the template's columns and tells which are required. Cells are trimmed. Cells
    beyond the last column come under the key `EXTRA`, so that a body that forbids unknown members
    refuses that row alone. Columns of an earlier verdict are left out.

    Raises:
        BadFileError: when a required column is missing, or one is unknown or repeated.
    """
    left = iter(records)
    header = [str(name) for name in next((each for each in left if any(each)), ())]
    while header and not header[-1]:
        header.pop()
    _check_header([name for name in header if name not in VERDICT_COLUMNS], columns)
    for number, cells in enumerate(left, start=1):
        if any(cell != blank for cell in cells):
            yield number, _named(header, cells, blank)


def read_records(raw: bytes) -> Iterator[list[str]]:
    """Yield the records of a text file, their cells trimmed.

    Raises:
        FileUnreadableError: when the file is no table of text.
    """
    text, _ = decoded(raw)
    records = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter_of(text), strict=True)
    try:
        for cells in records:
            yield [cell.strip() for cell in cells]
    except csv.Error as error:
        raise FileUnreadableError from error


def read_table(raw: bytes, *, columns: Mapping[str, bool]) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the number and the cells of each row of a text file, as `named_rows` does.

    Raises:
        FileUnreadableError: when the file is no table of text.
        BadFileError: when a required column is missing, or one is unknown or repeated.
    """
    return named_rows(read_records(raw), columns=columns, blank="")
