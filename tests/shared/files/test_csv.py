"""Tables as people send them."""

import pytest

from shared.files.csv import EXTRA, BadFileError, FileUnreadableError, read_table

COLUMNS = {"code": True, "name": True, "phone": False}


def rows(raw: bytes):
    return list(read_table(raw, columns=COLUMNS))


class TestReadTable:
    @pytest.mark.parametrize("mark", [",", ";", "\t"])
    def test_finds_the_mark_between_cells(self, mark):
        raw = f"code{mark}name\nA1{mark}Balai Maju\n".encode()

        assert rows(raw) == [(1, {"code": "A1", "name": "Balai Maju"})]

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
    def test_reads_what_indonesian_offices_write(self, encoding):
        raw = "code;name\r\nA1;Café Mañana\r\n".encode(encoding)

        assert rows(raw) == [(1, {"code": "A1", "name": "Café Mañana"})]

    def test_numbers_rows_as_people_count_them_and_skips_blank_ones(self):
        raw = b'code,name\nA1,"two\nlines"\n,\n\nA4,Four\n'

        assert [number for number, _ in rows(raw)] == [1, 4]

    def test_trims_cells_and_fills_those_that_are_missing(self):
        assert rows(b"code , name,phone\n A1 , Satu \n") == [
            (1, {"code": "A1", "name": "Satu", "phone": ""})
        ]

    def test_marks_a_row_that_has_too_many_cells(self):
        assert rows(b"code,name\nA1,Satu,surplus\nA2,Dua,\n") == [
            (1, {"code": "A1", "name": "Satu", EXTRA: "surplus"}),
            (2, {"code": "A2", "name": "Dua"}),
        ]

    @pytest.mark.parametrize(
        "header", [b"code,phone", b"code,name,secret", b"code,name,name", b"", b"\n\n"]
    )
    def test_refuses_other_columns_than_the_template_has(self, header):
        with pytest.raises(BadFileError) as refused:
            rows(header + b"\nA1,Satu\n")

        assert refused.value.code == "file-columns"
        assert "secret" not in refused.value.detail.en

    def test_names_the_columns_that_are_missing(self):
        with pytest.raises(BadFileError) as refused:
            rows(b"name\nSatu\n")

        assert "Missing columns: code;" in refused.value.detail.en
        assert "Kolom yang tidak ada: code;" in refused.value.detail.id

    @pytest.mark.parametrize(
        "raw",
        [
            b"PK\x03\x04\x14\x00\x06\x00 a workbook",
            "code,name\n".encode("utf-16"),
            b'code,name\nA1,"never closed\n',
            b"code,name\nA1,Sa\x00tu\n",
            b"code,name\nA1," + b"x" * 200_000 + b"\n",
        ],
    )
    def test_refuses_what_is_no_table_of_text(self, raw):
        with pytest.raises(FileUnreadableError):
            rows(raw)
