"""The parameters of a report, and the question that they ask."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Final, Literal, TypeAlias
from uuid import UUID

from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
)
from pydantic_core import PydanticCustomError

from services.reporting.formats.rules import ReportFormat
from services.reporting.indicators.rules import AreaBasis, Dimension, Report, suggestion
from services.reporting.questions.rules import (
    Areas,
    DimensionNotOfferedError,
    IndicatorUnknownError,
    Moment,
    Period,
    Question,
    ValueUnknownError,
    check_question,
)
from shared.clock import ledger_day
from shared.schemas.base import EARLIEST_YEAR, LATEST_YEAR, Ministry, RegencyCode
from shared.schemas.enrollment import AgeBand, EntrantKind, Financing, Sex
from shared.schemas.registry import (
    BookingPurpose,
    FacilityKind,
    FacilityStatus,
    ReferralKind,
    TimeZone,
)
from shared.schemas.reporting import HORIZONS, HorizonMonths

ProvinceCode = Annotated[
    str, StringConstraints(pattern=r"^\d{2}$"), Field(description="Kemendagri code: 33.")
]

Trade = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Z][A-Z0-9_]*(\.[A-Z0-9_]+)*$", max_length=40),
    Field(description="A vocational field: BAKERY."),
]
Month = Annotated[
    str,
    StringConstraints(pattern=r"^\d{4}-(0[1-9]|1[0-2])$"),
    Field(description="A month: 2026-11."),
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


def _meant(kind: str) -> BeforeValidator:
    """Refuse what nobody can mean: pydantic takes a number for seconds, and sums overflow."""

    def check(value: object) -> object:
        if value is None:
            return value
        year = re.match(r"(\d{4})-", value) if isinstance(value, str) else None
        if year is None:
            raise PydanticCustomError(f"{kind}_parsing", "It is written like 2026-11-22")
        if not EARLIEST_YEAR <= int(year[1]) <= LATEST_YEAR:
            raise PydanticCustomError("day_out_of_range", "A day must lie between 1900 and 2999")
        return value

    return BeforeValidator(check)


_Day: TypeAlias = Annotated[date | None, _meant("date")]
_Instant: TypeAlias = Annotated[AwareDatetime | None, _meant("datetime")]


class ReportQuery(BaseModel):
    """How a report is cut: `by` names dimensions, every other parameter keeps some of its values.

    Several values are joined by commas. A report refuses the dimensions that it does not offer.
    """

    model_config = ConfigDict(frozen=True, populate_by_name=True)

    by: Annotated[
        list[str], _Listed, Field(description="Dimensions of the rows: province,wave")
    ] = []
    indicator: Annotated[
        list[str], _Listed, Field(description="Indicators shown, all unless named: seated,present")
    ] = []
    as_of: _Instant = Field(
        default=None,
        description="A past moment: figures as they were known then. 2026-11-22T10:00:00Z",
    )
    first: _Day = Field(
        default=None,
        alias="from",
        description="First day recorded (Jakarta): what was added from then on.",
    )
    last: _Day = Field(
        default=None, alias="to", description="Last day recorded (Jakarta), itself included."
    )
    compare_from: _Day = Field(
        default=None, description="First day of the period that `from` and `to` are compared with."
    )
    compare_to: _Day = Field(default=None, description="Last day of that period.")
    format: ReportFormat | None = Field(
        default=None, description="What the report is written as; else as Accept has it."
    )
    bom: bool = Field(
        default=False, description="CSV begins with the mark that Excel knows UTF-8 by."
    )
    areas: Areas = Field(
        default=Areas.THEN,
        description="Areas as they were when it was recorded, or as they are called now.",
    )
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
    trade: Annotated[list[Trade], _Listed] = []
    referral_kind: Annotated[list[ReferralKind], _Listed] = []
    financing: Annotated[list[Financing], _Listed] = []
    status: Annotated[list[FacilityStatus], _Listed] = []
    month: Annotated[list[Month], _Listed] = []
    purpose: Annotated[list[BookingPurpose], _Listed] = []
    using_ministry: Annotated[list[Ministry], _Listed] = []
    network: Annotated[list[UUID], _Listed] = []


_ALWAYS: Final = (
    "by",
    "indicator",
    "area_basis",
    "areas",
    "as_of",
    "from",
    "to",
    "compare_from",
    "compare_to",
    "format",
    "bom",
)
# Parameters of which there is one value.
_SINGLE: Final = frozenset({*_ALWAYS} - {"by", "indicator"})
_CHOICES: Final = frozenset({"enum", "literal_error"})


def question_of(report: Report, given: Mapping[str, list[str]]) -> Question:
    """Return the question that parameters ask of a report. `given`: by name, as texts.

    Raises:
        pydantic.ValidationError: when a value is none that its parameter can have.
        ValueUnknownError: when a dimension has no such value.
        DimensionNotOfferedError: when the report cannot be cut as asked.
        IndicatorUnknownError: when the report has no such indicator.
        PeriodEndsBeforeItStartsError: when a period does.
        PeriodIncompleteError: when one of two periods to compare is open.
    """
    query = _query(given)
    told = query.model_dump(mode="json", include={each.value for each in Dimension})
    question = Question(
        by=_dimensions(report, query.by),
        chosen=tuple(
            (dimension, tuple(sorted(set(told[dimension.value]))))
            for dimension in Dimension
            if told.get(dimension.value)
        ),
        area_basis=query.area_basis,
        horizons=tuple(sorted(set(query.horizon))) or HORIZONS,
        indicators=_indicators(report, query.indicator),
        period=_period(query.first, query.last),
        compared=_period(query.compare_from, query.compare_to),
        as_of=None if query.as_of is None else Moment(query.as_of, ledger_day(query.as_of)),
        areas=query.areas,
    )
    check_question(report, question)
    return question


def _query(given: Mapping[str, list[str]]) -> ReportQuery:
    values: dict[str, Any] = dict(given)
    for name in _SINGLE & values.keys():
        if len(values[name]) == 1:
            [values[name]] = values[name]
    try:
        return ReportQuery.model_validate(values)
    except ValidationError as error:
        for each in error.errors(include_url=False):
            if each["type"] in _CHOICES and isinstance(each["input"], str):
                raise _unknown_value(str(each["loc"][0]), each["input"]) from None
        raise


def _unknown_value(parameter: str, given: str) -> ValueUnknownError:
    shown = _properties()[parameter]
    # What may be left out is one of several: its own values, or none.
    parts = [shown.get("items", shown), *shown.get("anyOf", ())]
    allowed = [value for part in parts for value in part.get("enum", ())]
    return ValueUnknownError(
        pointer=f"/{parameter}",
        extra={
            "parameter": parameter,
            "suggestion": suggestion(given, map(str, allowed)),
            "allowed": allowed,
        },
    )


def _dimensions(report: Report, by: list[str]) -> tuple[Dimension, ...]:
    offered = [each.value for each in report.dimensions]
    for name in by:
        if name not in offered:
            raise DimensionNotOfferedError(
                pointer="/by",
                extra={"suggestion": suggestion(name, offered), "dimensions": offered},
            )
    return tuple(Dimension(name) for name in dict.fromkeys(by))


def _indicators(report: Report, wanted: list[str]) -> tuple[str, ...]:
    known = list(dict.fromkeys(each.code for each in report.indicators))
    for name in wanted:
        if name not in known:
            raise IndicatorUnknownError(
                pointer="/indicator",
                extra={"suggestion": suggestion(name, known), "indicators": known},
            )
    return tuple(code for code in known if code in wanted)


def _period(first: date | None, last: date | None) -> Period | None:
    return None if first is None and last is None else Period(first, last)


def cuts_of(report: Report) -> dict[str, Any]:
    """Return `openapi_extra` of a report: the parameters that it has of ReportQuery's.

    The routes read them from a memory of query strings; what stands here is what they accept.
    """
    properties = _properties()
    properties["by"]["items"] = {"type": "string", "enum": [*report.dimensions]}
    codes = list(dict.fromkeys(each.code for each in report.indicators))
    properties["indicator"]["items"] = {"type": "string", "enum": codes}
    properties["area_basis"]["enum"] = [*report.area_bases]
    own = {*_ALWAYS, *report.dimensions, *(["horizon"] if report.by_horizon else [])}
    return _parameters({name: each for name, each in properties.items() if name in own})


def cuts_of_any(*left_out: str) -> dict[str, Any]:
    """Return `openapi_extra` of what reads any report: every parameter but those `left_out`."""
    properties = _properties()
    return _parameters({name: properties[name] for name in properties if name not in left_out})


def _properties() -> dict[str, Any]:
    schema = ReportQuery.model_json_schema()
    properties: dict[str, Any] = _inlined(schema["properties"], schema["$defs"])
    return properties


def _parameters(properties: Mapping[str, Any]) -> dict[str, Any]:
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
