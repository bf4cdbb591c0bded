"""How a template looks, and how a file is given back with what became of its rows."""

import codecs
import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import openpyxl
import xlsxwriter
from openpyxl.styles import Font, PatternFill
from openpyxl.worksheet.worksheet import Worksheet
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet as TemplateSheet

from shared.files.cells import FORMULA_MARKS, MARK, CellKind, Column
from shared.files.csv import VERDICT_COLUMNS, decoded, delimiter_of
from shared.files.xlsx import check_workbook, is_workbook
from shared.i18n import Text
from shared.schemas.imports import Outcome
from shared.schemas.jobs import RowVerdict

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV: Final = "text/csv; charset=utf-8"
_ROWS: Final = 5_000
_TEXTS: Final = (CellKind.TEXT, CellKind.CODE, CellKind.WORD)
_NEED: Final = {True: Text("wajib", "required"), False: Text("boleh kosong", "optional")}
_HEADINGS: Final = ("Kolom", "Indonesia", "English", "Pilihan", "Contoh")
_NOTES: Final = (
    Text(
        "Isi lembar pertama, satu baris untuk satu data; jangan mengubah judul kolom.",
        "Fill in the first sheet, a row each; leave the headings as they are.",
    ),
    Text(
        "Kolom kode berformat teks: kode yang tersimpan sebagai angka ditolak.",
        "Columns of codes are text: a code kept as a number is refused.",
    ),
    Text(
        "Tanggal 31/12/2025 atau 2025-12-31; bilangan 1.000.000; desimal 1.000.000,50.",
        "Days 31/12/2025 or 2025-12-31; whole numbers 1.000.000; decimals 1.000.000,50.",
    ),
    Text("Sel kosong tidak mengubah apa yang sudah tercatat.", "An empty cell changes nothing."),
)
_FILLS: Final[Mapping[str, PatternFill]] = {
    Outcome.CREATED: PatternFill("solid", start_color="C6EFCE"),
    Outcome.CHANGED: PatternFill("solid", start_color="FFEB9C"),
    Outcome.REFUSED: PatternFill("solid", start_color="FFC7CE"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateColumn(Column):
    """A column of a template: what to write there, an example, and the choices there are."""

    about: Text
    example: str = ""
    choices: tuple[str, ...] = ()


def template_csv(columns: Mapping[str, TemplateColumn]) -> bytes:
    """Return a file with the headings alone, as an Excel of Indonesia opens it."""
    return ("\ufeff" + ";".join(columns) + "\r\n").encode()


def template_xlsx(columns: Mapping[str, TemplateColumn]) -> bytes:
    """Return a workbook to fill in: headings, columns of text, drop-downs, and what they mean."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        heading = book.add_format({"bold": True, "bg_color": "#DDEBF7"})
        needed = book.add_format({"bold": True, "bg_color": "#F8CBAD"})
        text = book.add_format({"num_format": "@"})
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        sheet = book.add_worksheet("Data")
        sheet.freeze_panes(1, 0)
        for place, (name, column) in enumerate(columns.items()):
            kept = text if column.kind in _TEXTS else day if column.kind is CellKind.DAY else None
            sheet.set_column(place, place, max(14, len(name) + 4), kept)
            sheet.write_string(0, place, name, needed if column.required else heading)
            if column.choices:
                _drop_down(sheet, place, column.choices)
        _explain(book.add_worksheet("Petunjuk"), columns, heading)
    return out.getvalue()


def _drop_down(sheet: TemplateSheet, place: int, choices: Sequence[str]) -> None:
    options = {"validate": "list", "source": list(choices), "error_type": "warning"}
    sheet.data_validation(1, place, _ROWS, place, options)


def _explain(sheet: TemplateSheet, columns: Mapping[str, TemplateColumn], heading: Format) -> None:
    """Write the instructions in both languages, with the example row that the data has not."""
    sheet.set_column(0, 0, 22)
    sheet.set_column(1, 4, 48)
    for row, note in enumerate(_NOTES):
        sheet.write_string(row, 0, note.id)
        sheet.write_string(row, 3, note.en)
    top = len(_NOTES) + 1
    for place, title in enumerate(_HEADINGS):
        sheet.write_string(top, place, title, heading)
    for row, (name, column) in enumerate(columns.items(), start=top + 1):
        need = _NEED[column.required]
        about = (f"{column.about.id} ({need.id})", f"{column.about.en} ({need.en})")
        cells = (name, *about, ", ".join(column.choices), column.example)
        for place, cell in enumerate(cells):
            sheet.write_string(row, place, cell)


def judged(file: bytes, verdicts: Iterable[RowVerdict]) -> tuple[bytes, str]:
    """Return the file as it came with a verdict beside each row, and its media type.

    A workbook keeps its sheets, formats and drop-downs, a text its delimiter and encoding. Columns
    of an earlier verdict are written over.
    """
    by_row = {verdict.row: verdict for verdict in verdicts}
    if is_workbook(file):
        check_workbook(file)
        return _judged_xlsx(file, by_row), XLSX
    return _judged_csv(file, by_row)


def _cells(verdict: RowVerdict) -> tuple[str, str, str]:
    return (verdict.verdict, verdict.code or "", verdict.detail or "")


def _judged_xlsx(file: bytes, verdicts: Mapping[int, RowVerdict]) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(file))
    sheet = next(each for each in book.worksheets if each.sheet_state == "visible")
    top = _heading_row(sheet)
    first = _first_free(sheet, top)
    bold = Font(bold=True)
    for place, name in enumerate(VERDICT_COLUMNS):
        sheet.cell(top, first + place, name).font = bold
    for number, verdict in verdicts.items():
        for place, value in enumerate(_cells(verdict)):
            sheet.cell(top + number, first + place, value).data_type = "s"
        fill = _FILLS.get(verdict.verdict)
        if fill is not None:
            sheet.cell(top + number, first).fill = fill
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _heading_row(sheet: Worksheet) -> int:
    rows = enumerate(sheet.iter_rows(values_only=True), start=1)
    return next(place for place, cells in rows if any(cells))


def _first_free(sheet: Worksheet, top: int) -> int:
    """Return the column of an earlier verdict, else the first one right of all others."""
    titles = [str(cell.value or "").strip() for cell in sheet[top]]
    if VERDICT_COLUMNS[0] in titles:
        return titles.index(VERDICT_COLUMNS[0]) + 1
    return max(place for place, title in enumerate(titles, start=1) if title) + 1


def _judged_csv(file: bytes, verdicts: Mapping[int, RowVerdict]) -> tuple[bytes, str]:
    text, encoding = decoded(file)
    delimiter = delimiter_of(text)
    records = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter)
    number, kept, width = -1, list[int](), 0
    for record in records:
        if number < 0 and any(record):
            kept = [
                place for place, name in enumerate(record) if name.strip() not in VERDICT_COLUMNS
            ]
            width, number = len(record), 0
            writer.writerow([record[place] for place in kept] + list(VERDICT_COLUMNS))
            continue
        number += number >= 0
        verdict = verdicts.get(number)
        if verdict is None:
            writer.writerow(record)
            continue
        padded = record + [""] * (width - len(record))
        own, beyond = [padded[place] for place in kept], padded[width:]
        writer.writerow([*own, *map(harmless, _cells(verdict)), *beyond])
    marked = file.startswith(codecs.BOM_UTF8)
    charset = "utf-8" if encoding != "cp1252" else "windows-1252"
    body = out.getvalue().encode("utf-8-sig" if marked else charset, "replace")
    return body, f"text/csv; charset={charset}"


def harmless(text: str) -> str:
    """Return a text so that no spreadsheet takes it for a formula."""
    return MARK + text if text.startswith(FORMULA_MARKS) else text
