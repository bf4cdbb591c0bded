import io

import openpyxl
import pytest

from services.registry.bulk_imports.rules import SPACE_COLUMNS
from shared.files.workbooks import XLSX, harmless, judged, template_csv, template_xlsx
from shared.schemas.jobs import RowVerdict

VERDICTS = [
    RowVerdict(row=1, verdict="CREATED"),
    RowVerdict(row=3, verdict="REFUSED", code="row-invalid", detail="=salah"),
]


class TestJudged:
    @pytest.mark.parametrize(
        ("encoding", "charset"),
        [("utf-8", "utf-8"), ("utf-8-sig", "utf-8"), ("cp1252", "windows-1252")],
    )
    def test_keeps_delimiter_encoding_and_lines(self, encoding, charset):
        text = "\r\ncode;name\r\nA;Café\r\n;\r\nC;D;lebih\r\n"

        body, media_type = judged(text.encode(encoding), VERDICTS)

        assert media_type == f"text/csv; charset={charset}"
        assert body.decode(encoding).split("\r\n") == [
            "",
            "code;name;hasil;kode;keterangan",
            "A;Café;CREATED;;",
            ";",
            "C;D;REFUSED;row-invalid;'=salah;lebih",
            "",
        ]
        assert body.startswith(b"\xef\xbb\xbf") is (encoding == "utf-8-sig")

    def test_writes_over_the_verdict_of_an_earlier_time(self):
        first, _ = judged(b"code,name\nA,B\n\nC,D\n", VERDICTS)

        again, _ = judged(first, [RowVerdict(row=1, verdict="UNCHANGED")])

        assert again.decode().splitlines()[:2] == [
            "code,name,hasil,kode,keterangan",
            "A,B,UNCHANGED,,",
        ]

    def test_writes_no_formula_into_a_workbook(self):
        book, sent = openpyxl.Workbook(), io.BytesIO()
        for record in (["code"], ["A"], [None], ["C"]):
            book.active.append(record)
        book.save(sent)

        body, media_type = judged(sent.getvalue(), VERDICTS)

        cell = openpyxl.load_workbook(io.BytesIO(body)).active["D4"]
        assert (media_type, cell.value, cell.data_type) == (XLSX, "=salah", "s")


class TestTemplates:
    def test_begin_with_the_columns(self):
        sheet = openpyxl.load_workbook(io.BytesIO(template_xlsx(SPACE_COLUMNS))).worksheets[0]

        assert [cell.value for cell in sheet[1]] == list(SPACE_COLUMNS)
        assert template_csv(SPACE_COLUMNS).decode("utf-8-sig").strip().split(";") == list(
            SPACE_COLUMNS
        )


@pytest.mark.parametrize("text", ["Balai", "", "a=b", "'x"])
def test_leaves_harmless_texts_alone(text):
    assert harmless(text) == text
