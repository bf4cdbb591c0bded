"""Tables as people send them: comma, semicolon or tab, UTF-8 with or without a mark, or cp1252."""

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Final

from shared.errors import InvalidError
from shared.i18n import Text

EXTRA: Final = ""
_DELIMITERS: Final = (",", ";", "\t")


class FileUnreadableError(InvalidError):
    """The file is no table of text."""

    code = "file-unreadable"
    title = Text("Berkas tidak dapat dibaca sebagai CSV.", "The file cannot be read as CSV.")


class BadFileError(InvalidError):
    """The file's columns are not those of the template."""

    code = "file-columns"
    title = Text("Kolom berkas tidak sesuai templat.", "The columns are not the template's.")


def _decoded(raw: bytes) -> str:
    # An Excel of Indonesia writes cp1252 unless it is asked for UTF-8.
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise FileUnreadableError


def _delimiter(text: str) -> str:
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


def _named(header: list[str], cells: list[str]) -> dict[str, str]:
    row = dict(zip(header, (cell.strip() for cell in cells), strict=False))
    row |= dict.fromkeys(header[len(cells) :], "")
    beyond = "".join(cells[len(header) :]).strip()
    return {**row, EXTRA: beyond} if beyond else row


def read_table(raw: bytes, *, columns: Mapping[str, bool]) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the number and the cells of each row that is not blank; row 1 follows the header.

    `columns` names the template's columns and tells which are required. Cells are trimmed. Cells
    beyond the last column come under the key `EXTRA`, so that a body that forbids unknown members
    refuses that row alone.

    Raises:
        FileUnreadableError: when the file is no table of text.
        BadFileError: when a required column is missing, or one is unknown or repeated.
    """
    text = _decoded(raw)
    records = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    try:
        header = [name.strip() for name in next(filter(any, records), [])]
        _check_header(header, columns)
        for number, cells in enumerate(records, start=1):
            if any(cell.strip() for cell in cells):
                yield number, _named(header, cells)
    except csv.Error as error:
        raise FileUnreadableError from error
