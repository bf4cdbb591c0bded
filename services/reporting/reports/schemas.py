"""Bodies of reports: one shape for all of them, and the catalogue that describes them."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from services.reporting.indicators.rules import AreaBasis, Dimension, Report, Unit
from shared.schemas.base import Ministry, Read, RegencyCode
from shared.schemas.enrollment import AgeBand, EntrantKind, Sex
from shared.schemas.registry import FacilityKind, FacilityStatus, TimeZone
from shared.schemas.reporting import HORIZONS, HorizonMonths

ProvinceCode = Annotated[
    str, StringConstraints(pattern=r"^\d{2}$"), Field(description="Kemendagri code: 33.")
]


def _split(values: object) -> object:
    """Read `A,B` as well as `A` and `B` given one by one."""
    if isinstance(values, list):
        return [part for value in values for part in str(value).split(",")]
    return values


_Listed = BeforeValidator(_split)


def _months(values: object) -> object:
    """Read months that come as text; what is no number is left for the check to refuse."""
    parts = _split(values)
    if not isinstance(parts, list):
        return parts
    return [int(part) if str(part).isdecimal() else part for part in parts]


_Months = BeforeValidator(_months)


class ReportQuery(BaseModel):
    """How a report is cut: `by` names dimensions, every other parameter keeps some of its values.

    Several values are joined by commas. A report refuses the dimensions that it does not offer.
    """

    model_config = ConfigDict(frozen=True)

    by: Annotated[
        list[Dimension], _Listed, Field(description="Dimensions of the rows: province,wave")
    ] = []
    area_basis: AreaBasis = Field(
        default=AreaBasis.FACILITY,
        description="Whether an area is where one trains or where one lives.",
    )
    horizon: Annotated[
        list[HorizonMonths], _Months, Field(description="Months after the training: 3,6,12")
    ] = []
    program: Annotated[list[UUID], _Listed] = []
    wave: Annotated[list[UUID], _Listed] = []
    zone: Annotated[list[TimeZone], _Listed] = []
    province: Annotated[list[ProvinceCode], _Listed] = []
    regency: Annotated[list[RegencyCode], _Listed] = []
    facility: Annotated[list[UUID], _Listed] = []
    facility_kind: Annotated[list[FacilityKind], _Listed] = []
    host_ministry: Annotated[list[Ministry], _Listed] = []
    owner_ministry: Annotated[list[Ministry], _Listed] = []
    sex: Annotated[list[Sex], _Listed] = []
    age_band: Annotated[list[AgeBand], _Listed] = []
    entrant_kind: Annotated[list[EntrantKind], _Listed] = []
    disability: Annotated[list[Literal["true", "false"]], _Listed] = []
    status: Annotated[list[FacilityStatus], _Listed] = []


def cuts_of(report: Report) -> dict[str, Any]:
    """Return `openapi_extra` of a report: the parameters that it has of ReportQuery's.

    The routes read them from a memory of query strings; what stands here is what they accept.
    """
    schema = ReportQuery.model_json_schema()
    properties: dict[str, Any] = _inlined(schema["properties"], schema["$defs"])
    properties["by"]["items"] = {"type": "string", "enum": [*report.dimensions]}
    properties["area_basis"]["enum"] = [*report.area_bases]
    own = {"by", "area_basis", *report.dimensions, *(["horizon"] if report.by_horizon else [])}
    return {
        "parameters": [
            {
                "name": name,
                "in": "query",
                "required": False,
                **({"style": "form", "explode": False} if each.get("type") == "array" else {}),
                **({"description": each["description"]} if "description" in each else {}),
                "schema": {key: each[key] for key in each if key not in ("title", "description")},
            }
            for name, each in properties.items()
            if name in own
        ]
    }


def _inlined(part: Any, definitions: dict[str, Any]) -> Any:  # noqa: ANN401 - any piece of JSON
    """Return a JSON schema in which every reference is replaced by what it names."""
    if isinstance(part, list):
        return [_inlined(each, definitions) for each in part]
    if not isinstance(part, dict):
        return part
    if "$ref" in part:
        named = definitions[part["$ref"].rpartition("/")[2]]
        part = {**named, **{key: value for key, value in part.items() if key != "$ref"}}
    return {key: _inlined(value, definitions) for key, value in sorted(part.items())}


class ReportMeta(Read):
    """What the rows stand on. Everything that happened until `as_of` is in them.

    `lag_seconds` is how old the oldest event is that is not, 0 when there is none; both are null
    before a source was read for the first time. `restricted` tells that the figures are those of
    the caller's own area or ministry.
    """

    report: str
    as_of: datetime | None
    lag_seconds: float | None
    area_basis: AreaBasis
    synthetic: bool
    restricted: bool
    by: list[str]
    minimum_answers: int | None


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
                    "minimum_answers": 30,
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
                    }
                ],
            }
        }
    )

    meta: ReportMeta
    rows: list[ReportRow]


class Labels(Read):
    """One sentence in Indonesian and in English."""

    id: str
    en: str


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
