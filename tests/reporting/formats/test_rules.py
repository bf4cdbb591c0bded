import csv
import io
import json
from datetime import UTC, datetime

import openpyxl
import pytest

from services.reporting.catalogue.rules import REPORTS
from services.reporting.formats import rules
from services.reporting.formats.rules import Facts, Figures, ReportFormat
from shared.i18n import Text

FACTS = Facts("Balai", "CC BY 4.0", "https://example.org/by", {"areas": "38 provinces"})
META = {
    "report": "funnel",
    "as_of": datetime(2026, 11, 22, 1, 0, 3, tzinfo=UTC),
    "lag_seconds": 0.5,
    "area_basis": "facility",
    "synthetic": True,
    "restricted": False,
    "by": ["province"],
    "labels": {"province": {"32": {"id": "Jawa Barat", "en": "West Java"}, "91": Text("P", "P")}},
}


def row(province: str, indicator: str = "completed", **figures) -> dict:
    return {
        "dims": {"province": province, "indicator": indicator},
        "value": 9,
        "numerator": 9,
        "denominator": None,
        "response_rate": None,
        "unreached": None,
        "few_answers": False,
        "suppressed": False,
    } | figures


def figures(*rows: dict, **meta) -> Figures:
    codes = [each.code for each in REPORTS["funnel"].indicators]
    given = rows or (row("32", codes[0]), row("91", codes[0], value=0.25, suppressed=True))
    return Figures(REPORTS["funnel"], META | meta, given, FACTS, language="en")


def table(raw: bytes) -> list[dict]:
    return list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"), newline="")))


class TestFormatOf:
    @pytest.mark.parametrize(
        ("accept", "found"),
        [
            (None, "json"),
            ("*/*", "json"),
            ("", "json"),
            ("text/html,application/xhtml+xml,*/*;q=0.8", "json"),
            ("text/csv", "csv"),
            ("TEXT/CSV; charset=utf-8", "csv"),
            ("text/csv;q=0.5, application/geo+json", "geojson"),
            ("text/csv, application/json", "csv"),
            ("application/json;q=0, text/*", "csv"),
            (rules.XLSX, "xlsx"),
        ],
    )
    def test_takes_what_is_preferred(self, accept, found: str):
        assert rules.format_of(accept) == found

    @pytest.mark.parametrize("accept", ["text/html", "application/json;q=0", "image/png;q=x"])
    def test_refuses_when_none_is_accepted(self, accept: str):
        with pytest.raises(rules.FormatNotOfferedError) as refusal:
            rules.format_of(accept)

        assert "text/csv; charset=utf-8" in refusal.value.extra["formats"]


class TestCsv:
    def test_holds_what_the_rows_hold_and_the_moment_they_stand_for(self):
        first, second = table(rules.as_csv(figures()))

        assert (first["province"], first["province_name"]) == ("32", "West Java")
        assert (first["value"], first["numerator"], first["denominator"]) == ("9", "9", "")
        assert (second["value"], second["suppressed"]) == ("0.25", "true")
        assert first["as_of"] == "2026-11-22T01:00:03+00:00"
        assert (first["lag_seconds"], first["synthetic"]) == ("0.5", "DATA SINTETIS")

    def test_ends_lines_as_rfc_4180_does_and_is_marked_when_wanted(self):
        plain, marked = rules.as_csv(figures()), rules.as_csv(figures(), marked=True)

        assert plain.count(b"\r\n") == plain.count(b"\n") == 3
        assert marked == b"\xef\xbb\xbf" + plain

    @pytest.mark.parametrize("text", ["=1+1", "+cmd", "-2", "@SUM(A1)", "\t=1", "\r=1"])
    def test_holds_no_formula(self, text: str):
        raw = rules.table_csv(["a", "b"], [[text, -2]])
        [found] = table(raw)

        assert found == {"a": f"'{text}", "b": "-2"}

    def test_has_the_comparison_when_there_is_one(self):
        compared = {"value": 4, "numerator": 4, "denominator": None, "difference": 5}
        given = row("32", REPORTS["funnel"].indicators[0].code, compared=compared)
        [found] = table(rules.as_csv(figures(given, compared={"from": "2026-11-01"})))

        assert (found["compared_value"], found["compared_difference"]) == ("4", "5")
        assert "compared_value" not in table(rules.as_csv(figures()))[0]


class TestXlsx:
    def test_holds_the_same_table_and_what_it_means(self):
        book = openpyxl.load_workbook(io.BytesIO(rules.as_xlsx(figures())))
        headings, *lines = book["Figures"].iter_rows(values_only=True)
        told = dict(book["Metadata"].iter_rows(min_row=2, values_only=True))
        [*meanings] = book["Definitions"].iter_rows(values_only=True)

        assert book.sheetnames == ["Figures", "Metadata", "Definitions", "DATA SINTETIS"]
        assert list(headings) == rules.columns_of(figures())
        assert [line[0] for line in lines] == ["32", "91"]
        assert dict(zip(headings, lines[1], strict=True))["value"] == 0.25
        assert told["licence"] == "CC BY 4.0"
        assert told["codes_areas"] == "38 provinces"
        assert told["as_of"] == "2026-11-22T01:00:03+00:00"
        indicator = REPORTS["funnel"].indicators[0]
        assert meanings[1][:3] == (indicator.code, indicator.label.en, indicator.definition.en)

    def test_has_no_sheet_of_invented_data_when_they_are_real(self):
        book = openpyxl.load_workbook(io.BytesIO(rules.as_xlsx(figures(synthetic=False))))

        assert "DATA SINTETIS" not in book.sheetnames

    def test_holds_the_same_when_it_is_large(self, monkeypatch):
        def cells() -> list[list[tuple]]:
            book = openpyxl.load_workbook(io.BytesIO(rules.as_xlsx(figures())))
            return [list(sheet.iter_rows(values_only=True)) for sheet in book]

        small = cells()
        monkeypatch.setattr(rules, "_LARGE", 0)

        assert cells() == small

    @pytest.mark.parametrize("large", [0, 20_000])
    def test_keeps_a_text_that_looks_like_a_formula_a_text(self, monkeypatch, large: int):
        monkeypatch.setattr(rules, "_LARGE", large)
        raw = rules.table_xlsx({"Data": [["a"], ["=1+1"]]})
        cell = openpyxl.load_workbook(io.BytesIO(raw))["Data"]["A2"]

        assert (cell.value, cell.data_type) == ("=1+1", "s")


SHAPE = {"type": "MultiPolygon", "coordinates": []}


class TestGeojson:
    def test_has_a_feature_for_each_cell_with_its_figures(self):
        one, two = (each.code for each in REPORTS["funnel"].indicators[:2])
        given = figures(row("32", one), row("32", two, value=3), row("99", one))
        found = json.loads(rules.as_geojson(given, {"32": SHAPE}))
        first, second = found["features"]

        assert first["geometry"] == SHAPE
        assert second["geometry"] is None
        assert first["properties"]["province_name"] == "West Java"
        assert (first["properties"][one], first["properties"][two]) == (9, 3)
        assert first["properties"][f"{one}_suppressed"] is False
        assert (found["data"], found["lag_seconds"]) == ("DATA SINTETIS", 0.5)

    def test_is_refused_where_rows_lie_nowhere(self):
        with pytest.raises(rules.FormatPlacelessError):
            rules.as_geojson(figures(by=[]), {})

    def test_draws_the_finer_of_two_areas(self):
        assert rules.area_dimension(["province", "regency", "sex"]) == "regency"


def test_the_name_of_a_file_tells_report_and_day():
    assert figures().file_name == "balai-funnel-2026-11-22"
    assert figures(asked_as_of="2026-11-20T00:00:00Z").file_name == "balai-funnel-2026-11-20"


@pytest.mark.parametrize("wanted", [*ReportFormat])
def test_every_format_is_written(wanted: ReportFormat):
    assert rules.written_as(wanted, figures(), {})
