"""What is asked of a report, who may see the answer, and how sums become rows."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC
from http import HTTPStatus
from typing import Any, Final, TypeAlias

from services.reporting.indicators.rules import TOGETHER, Dimension, Indicator, Report, Unit
from services.reporting.questions.rules import Question
from shared.errors import ServiceError
from shared.i18n import Text
from shared.schemas.registry import TimeZone
from shared.scope import Scope

Sums: TypeAlias = Mapping[str, int]
Key: TypeAlias = tuple[str | int, ...]
Row: TypeAlias = dict[str, Any]

# A figure of fewer people than this is withheld from who may not see the people themselves.
SMALL: Final = 5
# An answer of so many figures is some 12 MB of JSON.
MAX_CELLS: Final = 50_000
_MINUTES_OF_AN_HOUR: Final = 60
_WITHHELD: Final[Row] = {
    "value": None,
    "numerator": None,
    "denominator": None,
    "response_rate": None,
    "unreached": None,
    "few_answers": False,
    "suppressed": True,
    "compared": None,
}

# Source: Keppres 41/1987: the provinces of each time zone; those made since lie within them.
ZONES: Final[dict[TimeZone, tuple[str, ...]]] = {
    TimeZone.WIB: tuple(
        "11 12 13 14 15 16 17 18 19 21 31 32 33 34 35 36 61 62".split()  # noqa: SIM905 - a table
    ),
    TimeZone.WITA: tuple(
        "51 52 53 63 64 65 71 72 73 74 75 76".split()  # noqa: SIM905 - a table
    ),
    TimeZone.WIT: tuple("81 82 91 92 93 94 95 96".split()),  # noqa: SIM905 - a table
}


class TooManyCellsError(ServiceError):
    """The answer would hold more figures than one answer may.

    `cells` and `limit` count figures; `narrow` tells how many values each dimension has here.
    """

    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    code = "too-many-cells"
    title = Text(
        "Terlalu banyak angka: kurangi dimensi, saring nilainya, pilih indikator, atau pesan berkas"
        " di POST /v1/report-exports.",
        "Too many figures: drop a dimension, filter its values, choose indicators, or order a file"
        " at POST /v1/report-exports.",
    )


def is_public(report: Report, question: Question) -> bool:
    """Tell whether the cut needs no token: the whole country, down to the province."""
    return bool(report.public) and question.dimensions <= report.public


def is_dated(question: Question) -> bool:
    """Tell whether days matter, which only the cubes know."""
    times = {Dimension.DAY, Dimension.MONTH}
    return question.period is not None or not question.dimensions.isdisjoint(times)


def needs_places(scope: Scope) -> bool:
    """Tell whether a scope can only be held against regencies and facilities."""
    return not scope.national and any(
        reach.regencies or reach.facilities or reach.participant_id for reach in scope.reaches
    )


def merge(*parts: Mapping[Key, Sums]) -> dict[Key, dict[str, int]]:
    """Return the sums of all parts, by key, with those that are made of several parts."""
    merged: dict[Key, dict[str, int]] = {}
    for part in parts:
        for key, sums in part.items():
            merged.setdefault(key, {}).update(sums)
    for sums in merged.values():
        for name, of in TOGETHER.items():
            if not sums.keys().isdisjoint(of):
                sums[name] = sum(sums.get(each, 0) for each in of)
    return merged


def spread_over_horizons(sums: Mapping[Key, Sums], horizons: Iterable[int]) -> dict[Key, Sums]:
    """Return `sums` once per horizon, the horizon last in the key: all who completed were asked."""
    return {(*key, horizon): values for horizon in horizons for key, values in sums.items()}


def rows_of(
    report: Report,
    question: Question,
    sums: Mapping[Key, Sums],
    compared: Mapping[Key, Sums] | None = None,
) -> list[Row]:
    """Return one row per (key, indicator), in the order of the keys.

    A key holds the value of each dimension asked for and, where the report has them, the horizon.
    Without any dimension there is a row even when nothing was ever counted. `compared` are the sums
    of the other period.
    """
    names: Sequence[str] = [*question.by, *(["horizon"] if report.by_horizon else [])]
    found = dict(sums)
    other = {} if compared is None else compared
    for key in other:
        found.setdefault(key, {})
    if not question.by:
        empty: Iterable[Key] = [(each,) for each in question.horizons] if names else [()]
        found = {key: found.get(key, {}) for key in empty}
    rows = []
    for key in sorted(found):
        for indicator in question.shown(report):
            row = _row(dict(zip(names, key, strict=True)), indicator, found[key])
            if compared is not None:
                row["compared"] = _compared(row, _figures(indicator, other.get(key, {})))
            rows.append(row)
    return rows


def _row(dims: dict[str, str | int], indicator: Indicator, sums: Sums) -> Row:
    dims["indicator"] = indicator.code
    if indicator.target is not None:
        dims["target"] = indicator.target
    response = indicator.response
    return {
        "dims": dims,
        **_figures(indicator, sums),
        "response_rate": response and _ratio(*(sums.get(name, 0) for name in response)),
        "unreached": indicator.unreached and sums.get(indicator.unreached, 0),
        "few_answers": response is not None and sums.get(response[0], 0) < indicator.few,
        "suppressed": False,
        "compared": None,
    }


def _figures(indicator: Indicator, sums: Sums) -> Row:
    numerator = sums.get(indicator.numerator, 0)
    denominator = indicator.target
    if indicator.denominator is not None:
        denominator = sums.get(indicator.denominator, 0)
    parts = _MINUTES_OF_AN_HOUR if indicator.unit is Unit.HOURS else denominator
    counted = indicator.unit is Unit.COUNT
    return {
        "value": numerator if counted else _ratio(numerator, parts),
        "numerator": numerator,
        "denominator": denominator,
    }


def _compared(row: Row, other: Row) -> Row:
    known = row["value"] is not None and other["value"] is not None
    return {**other, "difference": round(row["value"] - other["value"], 6) if known else None}


def is_guarded(report: Report, question: Question) -> bool:
    """Tell whether the answer counts people: small figures could name somebody, in any cut."""
    harmless = impersonal(report)
    return any(each.code not in harmless for each in question.shown(report))


def on_the_hour(question: Question) -> Question:
    """Return what is asked, as of the hour before the moment named, if one is.

    Two answers a moment apart would tell of whoever came between them.
    """
    if question.as_of is None:
        return question
    # Jakarta's days begin at whole hours of UTC: the day stays the same.
    at = question.as_of.at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    return replace(question, as_of=replace(question.as_of, at=at))


def impersonal(report: Report) -> frozenset[str]:
    """Return the indicators of `report` that count no people: classes, spaces, agreements."""
    if report.by_horizon or Dimension.SEX in report.dimensions:
        return frozenset()
    return frozenset(each.code for each in report.indicators if not each.of_people)


def minimum_answers(report: Report, question: Question) -> int | None:
    """Return the answers below which a figure is marked; None when no figure rests on answers."""
    few = [each.few for each in question.shown(report) if each.response is not None]
    return max(few, default=None)


def withhold_small(rows: Iterable[Row], harmless: Collection[str] = ()) -> list[Row]:
    """Return `rows` without the figures of fewer than five people: somebody could be known by them.

    A zero stays: it tells of nobody. What was added in a period may be fewer than none. Totals are
    not guarded against being subtracted from. Indicators that are `harmless` count no people.
    """
    return [row if row["dims"]["indicator"] in harmless else _withheld(row) for row in rows]


def _withheld(row: Row) -> Row:
    target = "target" in row["dims"]
    if _is_small(row, target=target):
        return {**row, **_WITHHELD}
    hidden: Row = {}
    if 0 < abs(row["unreached"] or 0) < SMALL:
        hidden["unreached"] = None
    if row["compared"] is not None and _is_small(row["compared"], target=target):
        hidden["compared"] = None
    return {**row, **hidden}


def _is_small(figures: Row, *, target: bool) -> bool:
    counts = [figures["numerator"], None if target else figures["denominator"]]
    return any(0 < abs(count) < SMALL for count in counts if count is not None)


def _ratio(numerator: int, denominator: int | None) -> float | None:
    return round(numerator / denominator, 6) if denominator else None
