"""What a report is written as, what stands in the file, and what is refused."""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from http import HTTPStatus
from tempfile import TemporaryDirectory
from typing import Any, Final, TypeAlias

import xlsxwriter

from services.reporting.indicators.rules import (
    DIMENSION_LABELS,
    Dimension,
    Indicator,
    Report,
    Unit,
    formula_of,
)
from shared.errors import InvalidError, ServiceError
from shared.files.workbooks import CSV, XLSX, harmless
from shared.i18n import Language, Text

GEOJSON: Final = "application/geo+json"
# Excel takes a CSV for UTF-8 only when it begins with this mark.
MARK: Final = "\ufeff"
SYNTHETIC: Final = "DATA SINTETIS"

Cell: TypeAlias = str | int | float | bool | None
Row: TypeAlias = Mapping[str, Any]
Geometry: TypeAlias = Mapping[str, Any]


class ReportFormat(StrEnum):
    """What a report is answered as."""

    JSON = "json"
    CSV = "csv"
    XLSX = "xlsx"
    GEOJSON = "geojson"


MEDIA_TYPES: Final[Mapping[ReportFormat, str]] = {
    ReportFormat.JSON: "application/json",
    ReportFormat.CSV: CSV,
    ReportFormat.XLSX: XLSX,
    ReportFormat.GEOJSON: GEOJSON,
}
_BY_TYPE: Final[Mapping[str, ReportFormat]] = {
    "*/*": ReportFormat.JSON,
    "application/*": ReportFormat.JSON,
    "application/json": ReportFormat.JSON,
    "text/*": ReportFormat.CSV,
    "text/csv": ReportFormat.CSV,
    XLSX: ReportFormat.XLSX,
    GEOJSON: ReportFormat.GEOJSON,
}
# The finest area of a row is the one that it is drawn as.
_AREAS: Final = (Dimension.REGENCY, Dimension.PROVINCE)
# What a row may hold beside its dimensions, in the order of the columns.
_FIGURES: Final = (
    "value",
    "numerator",
    "denominator",
    "response_rate",
    "unreached",
    "few_answers",
    "suppressed",
)
_COMPARED: Final = ("value", "numerator", "denominator", "difference")
_STANDING: Final = ("as_of", "lag_seconds", "synthetic")
# A workbook of more rows is not held in memory.
_LARGE: Final = 20_000

UNITS: Final[Mapping[Unit, Text]] = {
    Unit.COUNT: Text("jumlah", "count"),
    Unit.RATIO: Text("rasio (0 sampai 1)", "ratio (0 to 1)"),
    Unit.MEAN: Text("rata-rata", "mean"),
    Unit.HOURS: Text("jam", "hours"),
}
_SHEETS: Final[Mapping[str, Text]] = {
    "figures": Text("Angka", "Figures"),
    "metadata": Text("Metadata", "Metadata"),
    "definitions": Text("Definisi", "Definitions"),
}
_INVENTED: Final = Text(
    "Angka dalam berkas ini dihitung dari data buatan untuk peragaan, bukan dari orang nyata.",
    "The figures of this file are counted from data invented to demonstrate, of no real people.",
)


class FormatNotOfferedError(ServiceError):
    """None of the media types that the caller accepts is one that the report can be written as."""

    status = HTTPStatus.NOT_ACCEPTABLE
    code = "format-not-offered"
    title = Text(
        "Laporan tersedia sebagai JSON, CSV, XLSX atau GeoJSON.",
        "The report is there as JSON, CSV, XLSX or GeoJSON.",
    )


class FormatPlacelessError(InvalidError):
    """A map was asked for, and the rows lie nowhere."""

    code = "format-placeless"
    title = Text(
        "GeoJSON memerlukan by=province atau by=regency.",
        "GeoJSON needs by=province or by=regency.",
    )


@lru_cache(maxsize=256)
def format_of(accept: str | None) -> ReportFormat:
    """Return the format that an Accept header prefers; JSON where nothing else is said.

    Source: RFC 9110, section 12.5.1.

    Raises:
        FormatNotOfferedError: when it admits none of the formats.
    """
    ranked: list[tuple[float, int, ReportFormat]] = []
    for place, part in enumerate((accept or "*/*").lower().split(",")):
        kind, *parameters = (each.strip() for each in part.split(";"))
        found = _BY_TYPE.get(kind)
        quality = next((each[2:] for each in parameters if each.startswith("q=")), "1")
        weight = float(quality) if quality.replace(".", "", 1).isdecimal() else 0.0
        if found is not None and weight > 0:
            ranked.append((-weight, place, found))
    if not ranked:
        raise FormatNotOfferedError(extra={"formats": sorted(set(MEDIA_TYPES.values()))})
    return min(ranked)[2]


@dataclass(frozen=True, slots=True)
class Facts:
    """What Satu Data asks of published figures beside their definitions.

    `codes` names each code list that is used, with its version.
    """

    producer: str
    licence: str
    licence_url: str
    codes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Figures:
    """The answer to a question: what it stands on, its rows, and what they are to be written in."""

    report: Report
    meta: Mapping[str, Any]
    rows: Sequence[Row]
    facts: Facts
    language: Language = "id"

    @property
    def dimensions(self) -> list[str]:
        """The dimensions of the rows, the horizon last."""
        return [*map(str, self.meta["by"]), *(["horizon"] if self.report.by_horizon else [])]

    @property
    def named(self) -> Mapping[str, Mapping[str, Text | Mapping[str, str]]]:
        """What the values of dimensions are called, by dimension and value, in both languages."""
        return self.meta.get("labels") or {}

    def name_of(self, dimension: str, value: object) -> str:
        """Return what a value of a dimension is called; nothing where it has no other name."""
        name = self.named.get(dimension, {}).get(str(value), {})
        return name.in_(self.language) if isinstance(name, Text) else name.get(self.language, "")

    @property
    def indicators(self) -> dict[tuple[str, int | None], Indicator]:
        """The indicators that the rows are of, by code and target."""
        shown = {_kind_of(row) for row in self.rows}
        every = {(each.code, each.target): each for each in self.report.indicators}
        return {kind: each for kind, each in every.items() if kind in shown}

    @property
    def targeted(self) -> bool:
        """Whether some rows are held against a target, the same figure against several."""
        return any("target" in row["dims"] for row in self.rows)

    @property
    def file_name(self) -> str:
        """The name of a file of these figures, without its ending."""
        day = str(self.meta.get("asked_as_of") or self.meta.get("as_of") or "")[:10]
        return "-".join(filter(None, ("balai", self.report.code, day)))


def columns_of(figures: Figures) -> list[str]:
    """Return the headings of the table of figures, the same in every language."""
    named = [
        column
        for name in figures.dimensions
        for column in ((name, f"{name}_name") if name in figures.named else (name,))
    ]
    compared = [f"compared_{name}" for name in _COMPARED] if figures.meta.get("compared") else []
    target = ["target"] if figures.targeted else []
    said = ["indicator", "indicator_name", *target, "unit"]
    return [*named, *said, *_FIGURES, *compared, *_STANDING]


def _kind_of(row: Row) -> tuple[str, int | None]:
    return row["dims"]["indicator"], row["dims"].get("target")


def records_of(figures: Figures) -> Iterator[list[Cell]]:
    """Yield the rows of the table, each with the moment that its figures stand for."""
    indicators = figures.indicators
    standing = _standing(figures)
    for row in figures.rows:
        dims = row["dims"]
        cells: list[Cell] = []
        for name in figures.dimensions:
            cells.append(dims[name])
            if name in figures.named:
                cells.append(figures.name_of(name, dims[name]))
        indicator = indicators[_kind_of(row)]
        cells += [indicator.code, indicator.label.in_(figures.language)]
        cells += [dims.get("target")] if figures.targeted else []
        cells.append(indicator.unit.value)
        cells += [row.get(name) for name in _FIGURES]
        if figures.meta.get("compared"):
            compared = row.get("compared") or {}
            cells += [compared.get(name) for name in _COMPARED]
        yield [*cells, *standing]


def _standing(figures: Figures) -> list[Cell]:
    return [
        written(figures.meta.get("asked_as_of") or figures.meta["as_of"]),
        figures.meta["lag_seconds"],
        SYNTHETIC if figures.meta["synthetic"] else "",
    ]


def written(value: object) -> str:
    """Return an instant, a day or a list as the text of a cell."""
    if value is None:
        return ""
    if isinstance(value, list | tuple):
        return "|".join(map(written, value))
    if isinstance(value, Mapping):
        return json.dumps(value, default=str, ensure_ascii=False, sort_keys=True)
    return str(value.isoformat() if hasattr(value, "isoformat") else value)


def as_csv(figures: Figures, *, marked: bool = False) -> bytes:
    """Return the table of figures as RFC 4180 has it, in UTF-8, `marked` for Excel.

    No spreadsheet finds a formula in it.
    """
    return table_csv(columns_of(figures), records_of(figures), marked=marked)


def table_csv(
    columns: Sequence[str], records: Iterable[Sequence[Cell]], *, marked: bool = False
) -> bytes:
    """Return any table as CSV."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(columns)
    writer.writerows([_csv_cell(cell) for cell in record] for record in records)
    return ((MARK if marked else "") + out.getvalue()).encode()


def _csv_cell(cell: Cell) -> str | int | float:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    return harmless(cell) if isinstance(cell, str) else cell


def as_xlsx(figures: Figures) -> bytes:
    """Return a workbook: the figures, what they stand on, and what they mean."""
    language = figures.language
    sheets: dict[str, Iterable[Sequence[Cell]]] = {
        _SHEETS["figures"].in_(language): [columns_of(figures), *records_of(figures)],
        _SHEETS["metadata"].in_(language): metadata_of(figures),
        _SHEETS["definitions"].in_(language): definitions_of(figures),
    }
    if figures.meta["synthetic"]:
        sheets[SYNTHETIC] = [[SYNTHETIC], [_INVENTED.in_(language)]]
    return table_xlsx(sheets)


def table_xlsx(sheets: Mapping[str, Iterable[Sequence[Cell]]]) -> bytes:
    """Return a workbook of tables, each below its headings; texts stay texts.

    A large one is put together on disk, a row at a time: in memory each cell takes some 200 bytes.
    """
    tables = {title: list(records) for title, records in sheets.items()}
    large = sum(map(len, tables.values())) > _LARGE
    out = io.BytesIO()
    with (
        TemporaryDirectory(prefix="balai-report-") as folder,
        xlsxwriter.Workbook(
            out, {"constant_memory": True, "tmpdir": folder} if large else {"in_memory": True}
        ) as book,
    ):
        bold = book.add_format({"bold": True})
        for title, records in tables.items():
            sheet = book.add_worksheet(title)
            sheet.freeze_panes(1, 0)
            for number, record in enumerate(records):
                for place, cell in enumerate(record):
                    if isinstance(cell, bool):
                        sheet.write_boolean(number, place, cell)
                    elif isinstance(cell, str):
                        sheet.write_string(number, place, cell, None if number else bold)
                    elif cell is not None:
                        sheet.write_number(number, place, cell)
            if not large:
                sheet.autofit()
    return out.getvalue()


def metadata_of(figures: Figures) -> list[list[Cell]]:
    """Return what the figures stand on, a line each.

    Source: Perpres 39/2019 (Satu Data Indonesia), sections 5 to 9.
    """
    said = figures.report.label.in_(figures.language)
    facts = figures.facts
    lines: dict[str, object] = {
        "title": said,
        "description": figures.report.description.in_(figures.language),
        "standard": "Perpres 39/2019",
        "producer": facts.producer,
        "licence": facts.licence,
        "licence_url": facts.licence_url,
        **{f"codes_{name}": version for name, version in facts.codes.items()},
        **{
            name: value
            for name, value in figures.meta.items()
            if name not in ("labels", "synthetic")
        },
        "data": SYNTHETIC if figures.meta["synthetic"] else "",
    }
    told: list[list[Cell]] = [[name, written(value)] for name, value in lines.items()]
    return [["name", "value"], *told]


def definitions_of(figures: Figures) -> list[list[Cell]]:
    """Return what each indicator and each dimension of the rows means, a line each."""
    language = figures.language
    lines: list[list[Cell]] = [
        ["code", "concept", "definition", "measure", "unit", "source", "revision"]
    ]
    for each in figures.indicators.values():
        measure, unit = formula_of(each), UNITS[each.unit]
        texts = (each.label, each.definition, measure, unit, each.source, each.revision)
        lines.append([each.code, *(text.in_(language) for text in texts)])
    labels = {str(name): label for name, label in DIMENSION_LABELS.items()}
    lines += [[name, labels[name].in_(language)] for name in figures.dimensions if name in labels]
    return lines


def table_of(rows: Sequence[Row]) -> list[list[Cell]]:
    """Return any rows of figures as a table with its headings; what lies within is brought up."""
    flat = [_flat(row) for row in rows]
    columns = list(dict.fromkeys(name for row in flat for name in row))
    return [[*columns], *([row.get(name) for name in columns] for row in flat)]


def table_as(
    wanted: ReportFormat, rows: Sequence[Row], *, about: Mapping[str, Any], synthetic: bool
) -> bytes:
    """Return any rows of figures as CSV, or as a workbook that says what they are `about`."""
    told = [{**row, "synthetic": SYNTHETIC if synthetic else ""} for row in rows]
    headings, *records = table_of(told)
    if wanted is ReportFormat.CSV:
        return table_csv(list(map(written, headings)), records)
    lines: list[list[Cell]] = [[name, written(value)] for name, value in about.items()]
    sheets: dict[str, Iterable[Sequence[Cell]]] = {
        _SHEETS["figures"].id: [headings, *records],
        _SHEETS["metadata"].id: [["name", "value"], *lines],
    }
    if synthetic:
        sheets[SYNTHETIC] = [[SYNTHETIC], [_INVENTED.id]]
    return table_xlsx(sheets)


def _flat(row: Row) -> dict[str, Cell]:
    cells: dict[str, Cell] = {}
    # The dimensions of a row are its first columns, by their own names.
    for name, value in sorted(row.items(), key=lambda each: each[0] != "dims"):
        if isinstance(value, Mapping):
            within = "" if name == "dims" else f"{name}_"
            cells |= {f"{within}{each}": cell for each, cell in _flat(value).items()}
        elif value is None or isinstance(value, str | int | float):
            cells[name] = value
        else:
            cells[name] = written(value)
    return cells


def area_dimension(dimensions: Sequence[str]) -> Dimension:
    """Return the dimension by which rows are drawn: the finest area that they have.

    Raises:
        FormatPlacelessError: when they have none.
    """
    found = next((each for each in _AREAS if each in dimensions), None)
    if found is None:
        raise FormatPlacelessError
    return found


def as_geojson(figures: Figures, geometries: Mapping[str, Geometry]) -> bytes:
    """Return a feature for each cell of the cut, its figures as properties (RFC 7946).

    An area without a boundary, the place of a row that has none included, has no geometry.
    """
    area = area_dimension(figures.dimensions)
    features: dict[tuple[Any, ...], dict[str, Any]] = {}
    for row in figures.rows:
        key = tuple(row["dims"][name] for name in figures.dimensions)
        properties = features.setdefault(key, _place_properties(figures, row))
        properties |= _figure_properties(row)
    at = figures.dimensions.index(area)
    whole = {
        "type": "FeatureCollection",
        "name": figures.report.code,
        "as_of": _standing(figures)[0],
        "lag_seconds": figures.meta["lag_seconds"],
        "data": SYNTHETIC if figures.meta["synthetic"] else "",
        "licence": figures.facts.licence,
        "features": [
            {"type": "Feature", "geometry": geometries.get(str(key[at])), "properties": properties}
            for key, properties in features.items()
        ],
    }
    return json.dumps(whole, ensure_ascii=False, default=written).encode()


def _place_properties(figures: Figures, row: Row) -> dict[str, Any]:
    properties: dict[str, Any] = {}
    for name in figures.dimensions:
        properties[name] = row["dims"][name]
        if name in figures.named:
            properties[f"{name}_name"] = figures.name_of(name, row["dims"][name])
    return properties


def _figure_properties(row: Row) -> dict[str, Any]:
    code, target = _kind_of(row)
    code = code if target is None else f"{code}_of_{target}"
    return {code: row["value"]} | {f"{code}_{name}": row.get(name) for name in _FIGURES[1:]}


def written_as(
    wanted: ReportFormat,
    figures: Figures,
    geometries: Mapping[str, Geometry],
    *,
    marked: bool = False,
) -> bytes:
    """Return figures as a file."""
    if wanted is ReportFormat.CSV:
        return as_csv(figures, marked=marked)
    if wanted is ReportFormat.XLSX:
        return as_xlsx(figures)
    if wanted is ReportFormat.GEOJSON:
        return as_geojson(figures, geometries)
    whole = {"meta": figures.meta, "rows": figures.rows}
    return json.dumps(whole, ensure_ascii=False, default=written).encode()
