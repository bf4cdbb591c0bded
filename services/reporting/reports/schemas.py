"""Bodies of reports: one shape for all of them, and the catalogue that describes them."""

from datetime import date, datetime

from pydantic import ConfigDict, Field

from services.reporting.indicators.rules import AreaBasis, Dimension, Unit
from services.reporting.questions.rules import Areas
from shared.schemas.base import Read
from shared.schemas.reporting import HORIZONS


class Labels(Read):
    """One sentence in Indonesian and in English."""

    id: str
    en: str


class ComparedPeriod(Read):
    """The days of the other period."""

    model_config = ConfigDict(populate_by_name=True)

    first: date = Field(alias="from")
    last: date = Field(alias="to")


class ComparedFigure(Read):
    """The figure of the other period; `difference` is the value less that one."""

    value: int | float | None
    numerator: int
    denominator: int | None
    difference: int | float | None


class ReportMeta(Read):
    """What the rows stand on. Everything that happened until `as_of` is in them.

    `lag_seconds` is how old the oldest event is that is not, 0 when there is none; both are null
    before a source was read for the first time. `restricted` tells that the figures are those of
    the caller's own area or ministry. `asked_as_of` is the past moment that was asked for; `from`
    and `to` bound the days on which what is counted was recorded. `labels` name the values shown,
    by dimension and value; `rows` counts the rows.
    """

    model_config = ConfigDict(populate_by_name=True)

    report: str
    as_of: datetime | None
    lag_seconds: float | None
    area_basis: AreaBasis
    synthetic: bool
    restricted: bool
    by: list[str]
    asked_as_of: datetime | None
    first: date | None = Field(alias="from")
    last: date | None = Field(alias="to")
    areas: Areas
    compared: ComparedPeriod | None
    minimum_answers: int | None
    labels: dict[str, dict[str, Labels]]
    rows: int


class ReportRow(Read):
    """One figure. `value` is a count, a share or a mean, as the catalogue says of the indicator.

    A figure of one to four people is `suppressed`, its numbers null, for a caller who may not see
    the people themselves. `few_answers` marks what rests on fewer answers than `minimum_answers`;
    `unreached` are those who were asked in vain.
    """

    dims: dict[str, str | int]
    value: int | float | None
    numerator: int | None
    denominator: int | None
    response_rate: float | None
    unreached: int | None
    few_answers: bool
    suppressed: bool
    compared: ComparedFigure | None


class ReportRead(Read):
    """A report: one row per (dimensions asked for, indicator)."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "meta": {
                    "report": "outcomes",
                    "as_of": "2026-11-22T01:00:03Z",
                    "lag_seconds": 0.0,
                    "area_basis": "facility",
                    "synthetic": True,
                    "restricted": False,
                    "by": ["province"],
                    "asked_as_of": None,
                    "from": None,
                    "to": None,
                    "areas": "then",
                    "compared": None,
                    "minimum_answers": 30,
                    "labels": {"province": {"32": {"id": "Jawa Barat", "en": "Jawa Barat"}}},
                    "rows": 1,
                },
                "rows": [
                    {
                        "dims": {"province": "32", "indicator": "entrepreneurs"},
                        "value": 0.5625,
                        "numerator": 9,
                        "denominator": 16,
                        "response_rate": 0.8,
                        "unreached": 4,
                        "few_answers": True,
                        "suppressed": False,
                        "compared": None,
                    }
                ],
            }
        }
    )

    meta: ReportMeta
    rows: list[ReportRow]


class DimensionRead(Read):
    """A dimension of a report; a public one needs no token."""

    code: Dimension
    label: Labels
    public: bool


class IndicatorRead(Read):
    """An indicator of a report: what it means, what it is made of, where that comes from."""

    code: str
    label: Labels
    definition: Labels
    formula: Labels
    source: Labels
    revision: Labels
    unit: Unit
    numerator: str
    denominator: str | None
    target: int | None
    has_response_rate: bool
    minimum_answers: int | None


class ReportDescription(Read):
    """A report of the catalogue: what it counts, how it may be cut, who may see it."""

    code: str
    label: Labels
    description: Labels
    url: str
    permission: str
    public_without_token: bool
    area_bases: list[AreaBasis]
    horizons: list[int] = Field(default=list(HORIZONS))
    dimensions: list[DimensionRead]
    indicators: list[IndicatorRead]


class Catalogue(Read):
    """Every report that there is."""

    items: list[ReportDescription]
