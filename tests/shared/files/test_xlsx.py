"""Workbooks as people, and worse, send them."""

import datetime as dt
import io
import struct
import zipfile

import openpyxl
import pytest
import xlsxwriter

from shared.files.csv import BadFileError, FileUnreadableError
from shared.files.xlsx import (
    FileLockedError,
    FileMacrosError,
    FileTooLargeError,
    Flaw,
    Flawed,
    read_sheet,
)

COLUMNS = {"code": True, "name": False, "many": False}
SHEET = "xl/worksheets/sheet1.xml"


def rows(raw: bytes):
    return list(read_sheet(raw, columns=COLUMNS))


def workbook(*records, hidden: bool = False) -> bytes:
    book, out = openpyxl.Workbook(), io.BytesIO()
    if hidden:
        book.active.sheet_state = "hidden"
        book.create_sheet("Data")
    for record in records:
        book.worksheets[-1].append(record)
    book.save(out)
    return out.getvalue()


def changed(raw: bytes, **parts: bytes | None) -> bytes:
    """Return a workbook with other parts; a part that is None is left out."""
    out, new = io.BytesIO(), {name.replace("__", "/"): value for name, value in parts.items()}
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(out, "w", 8) as fresh:
        whole = {name: old.read(name) for name in old.namelist()} | new
        for name, value in whole.items():
            if value is not None:
                fresh.writestr(name, value)
    return out.getvalue()


def sheet(data: str) -> bytes:
    names = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    content = f"<worksheet {names}><sheetData>{data}</sheetData></worksheet>"
    return changed(workbook(["code"]), **{SHEET: content.encode()})


GOOD = workbook(["code"], ["A1"])


class TestReadSheet:
    def test_reads_text_as_it_reads_a_workbook(self):
        assert rows(b"code;name\nA1;Satu\n") == rows(workbook(["code", "name"], ["A1", " Satu "]))

    def test_keeps_the_kinds_of_cells(self):
        noon = dt.datetime.fromisoformat("2025-12-31T12:00")
        record = ["A1", dt.date(2025, 12, 31), 20]
        raw = workbook(["code", "name", "many"], record, ["A2", noon, 0.5], ["A3", True, None])

        assert [list(cells.values()) for _, cells in rows(raw)] == [
            ["A1", dt.date(2025, 12, 31), 20],
            ["A2", noon, 0.5],
            ["A3", True, ""],
        ]

    def test_numbers_rows_below_a_header_that_is_not_the_first(self):
        raw = workbook([], [None, None], ["code"], ["A1"], [None], ["A3"])

        assert [number for number, _ in rows(raw)] == [1, 3]

    def test_reads_the_first_sheet_that_is_shown(self):
        assert rows(workbook(["code"], ["A1"], hidden=True)) == [(1, {"code": "A1"})]

    def test_leaves_out_the_columns_of_an_earlier_verdict(self):
        raw = workbook(["code", "hasil", "kode", "keterangan"], ["A1", "REFUSED", "x", "y"])

        assert rows(raw) == [(1, {"code": "A1"})]

    def test_marks_formulas_and_errors(self):
        out = io.BytesIO()
        with xlsxwriter.Workbook(out) as book:
            page = book.add_worksheet()
            page.write_row(0, 0, list(COLUMNS))
            page.write_formula(1, 1, "=1+1", None, 2)
            page.write_formula(2, 2, "=NA()", None, "#N/A")

        (_, first), (_, second) = rows(out.getvalue())

        assert first["name"] == Flawed(Flaw.FORMULA, 2)
        assert second["many"].flaw is Flaw.ERROR

    def test_loses_no_row_that_holds_formulas_only(self):
        raw = workbook(["code"], ["A1"], [], ["=A2"])

        assert rows(raw) == [(1, {"code": "A1"}), (3, {"code": Flawed(Flaw.FORMULA, "")})]

    def test_refuses_other_columns(self):
        with pytest.raises(BadFileError):
            rows(workbook(["code", "colour"]))

    def test_places_cells_that_do_not_say_where_they_stand(self):
        raw = sheet(
            '<row><c t="inlineStr"><is><t>code</t></is></c></row>'
            '<row><c t="str"><f>1</f><v>A1</v></c></row>'
        )

        assert rows(raw) == [(1, {"code": Flawed(Flaw.FORMULA, "A1")})]


class TestRefusedWorkbooks:
    @pytest.mark.parametrize(
        "raw",
        [
            b"PK\x03\x04 broken",
            GOOD[:-30],
            GOOD[:200] + b"\x00" * 50 + GOOD[250:],
            changed(GOOD, xl__workbook__xml=None, **{"xl/workbook.xml": None}),
            changed(GOOD, **{"xl/workbook.xml": b"<workbook/>"}),
            changed(GOOD, **{SHEET: b"<worksheet><sheetData><row>"}),
            changed(GOOD, **{SHEET: b'<!DOCTYPE a [<!ENTITY b "c">]><worksheet/>'}),
            changed(GOOD, **{SHEET: "<worksheet/>".encode("utf-16")}),
            sheet('<row r="1"><c r="1A"><v>1</v></c></row>'),
            sheet('<row r="x"><c><v>1</v></c></row>'),
        ],
    )
    def test_refuses_a_corrupt_workbook(self, raw):
        with pytest.raises(FileUnreadableError):
            rows(raw)

    def test_refuses_one_with_a_password(self):
        with pytest.raises(FileLockedError):
            rows(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"))

    def test_refuses_an_archive_with_a_password(self):
        locked = bytearray(GOOD)
        place = locked.index(b"PK\x01\x02")
        struct.pack_into("<H", locked, place + 8, 1)

        with pytest.raises(FileLockedError):
            rows(bytes(locked))

    def test_refuses_macros(self):
        with pytest.raises(FileMacrosError):
            rows(changed(GOOD, **{"xl/vbaProject.bin": b"x"}))

    def test_refuses_a_zip_bomb(self):
        with pytest.raises(FileTooLargeError):
            rows(changed(GOOD, **{"xl/media/image.png": bytes(20_000_000)}))

    def test_refuses_a_zip_bomb_that_lies_about_its_size(self):
        bomb = bytearray(changed(GOOD, **{"xl/media/image.png": bytes(20_000_000)}))
        for mark, offset in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
            place = bomb.rindex(mark)
            assert struct.unpack_from("<I", bomb, place + offset) == (20_000_000,)
            struct.pack_into("<I", bomb, place + offset, 100)

        with pytest.raises(FileTooLargeError):
            rows(bytes(bomb))

    def test_refuses_more_parts_than_a_workbook_has(self):
        with pytest.raises(FileTooLargeError):
            rows(changed(GOOD, **{f"xl/media/{number}": b"x" for number in range(1001)}))

    @pytest.mark.parametrize("corner", ["XFD1", "A1048576", "GR100000"])
    def test_refuses_a_table_that_is_large_and_empty(self, corner):
        number = corner.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
        last = f'<row r="{number}"><c r="{corner}"><v>1</v></c></row>'

        with pytest.raises(FileTooLargeError):
            rows(sheet(f'<row r="1"><c r="A1"><v>1</v></c></row>{last}'))
