"""Reads of the cubes: one SELECT per cube, grouped by what was asked, filtered by the scope."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    DateTime,
    Select,
    Text,
    Uuid,
    any_,
    bindparam,
    case,
    cast,
    distinct,
    func,
    literal,
    or_,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import TypeEngine

from services.reporting.application_facts import queries as applications
from services.reporting.attendance_facts import queries as attendance
from services.reporting.base import Base
from services.reporting.certificate_facts import queries as certificates
from services.reporting.class_facts import queries as classes
from services.reporting.enrollment_facts import queries as enrollments
from services.reporting.facility_facts import queries as facilities
from services.reporting.folding.queries import Cube
from services.reporting.funding_facts import queries as funding
from services.reporting.hour_facts import queries as hours
from services.reporting.indicators.rules import AreaBasis, Dimension, Report
from services.reporting.networks.queries import in_networks, with_networks
from services.reporting.outcome_facts import queries as outcomes
from services.reporting.past_figures.rules import PastNotOfferedError
from services.reporting.questions.rules import Period, Question
from services.reporting.referral_facts import queries as referrals
from services.reporting.reports.rules import (
    MAX_CELLS,
    ZONES,
    Key,
    Sums,
    TooManyCellsError,
    merge,
    needs_places,
    spread_over_horizons,
)
from services.reporting.standing_facts import queries as standings
from shared.db.within import within
from shared.scope import Scope


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, who may see which rows of the answer, and what it is answered from.

    `lives`: by cube, what stands in for it at a past moment. `codes`: the code of today of areas
    that have another one, when that is asked for. At most `limit` figures are read. `where_trained`
    leaves out who only lives in the area of the scope.
    """

    question: Question
    scope: Scope
    now: datetime
    lives: Mapping[str, Any] = field(default_factory=dict)
    codes: Mapping[str, str] = field(default_factory=dict)
    limit: int = MAX_CELLS
    where_trained: bool = False

    def of(self, report: Report) -> "Asked":
        """Return what is asked of `report`: one that knows no home counts nobody by it."""
        return replace(self, where_trained=AreaBasis.RESIDENCE not in report.area_bases)


CUBES: Final[tuple[Cube, ...]] = (
    enrollments.CUBE,
    applications.CUBE,
    certificates.CUBE,
    referrals.CUBE,
    classes.CUBE,
    attendance.CUBE,
    funding.CUBE,
    outcomes.CUBE,
    facilities.CUBE,
    standings.CUBE,
    hours.CUBE,
)

# Dimensions whose column is called otherwise.
_COLUMNS: Final = {
    Dimension.PROGRAM: "program_id",
    Dimension.WAVE: "wave_id",
    Dimension.FACILITY: "facility_id",
    Dimension.REFERRAL_KIND: "kind",
}
_AREAS: Final = frozenset({Dimension.PROVINCE, Dimension.REGENCY})
_IDENTIFIED: Final = frozenset({Dimension.PROGRAM, Dimension.WAVE, Dimension.FACILITY})
# Characters of a province's code, with which the code of each area in it begins.
_OF_PROVINCE: Final = 2


@lru_cache
def names_of(cube: Cube) -> frozenset[str]:
    """Return the names of the sums of a cube."""
    return frozenset(cube.measures(cube.live, datetime(1970, 1, 1, tzinfo=UTC)))


@lru_cache(maxsize=256)
def parts_of(names: frozenset[str]) -> tuple[tuple[Cube, tuple[str, ...]], ...]:
    """Return the cubes that hold any of `names`, each with those that it holds."""
    parts = ((cube, tuple(sorted(names & names_of(cube)))) for cube in CUBES)
    return tuple((cube, held) for cube, held in parts if held)


def cubes_of(report: Report, question: Question) -> list[Cube]:
    """Return the cubes that a question reads."""
    return [cube for cube, _ in parts_of(_wanted(report, question))]


def _wanted(report: Report, question: Question) -> frozenset[str]:
    return frozenset(name for each in question.shown(report) for name in each.sums)


def _name_of(dimension: Dimension, question: Question) -> str:
    """Return the name of the column that holds a dimension."""
    if dimension in _AREAS:
        home = question.area_basis is AreaBasis.RESIDENCE
        return f"home_{dimension}_code" if home else f"{dimension}_code"
    return _COLUMNS.get(dimension, dimension.value)


def column_of(live: Any, dimension: Dimension, question: Question) -> ColumnElement[Any]:  # noqa: ANN401 - a mapped class, or columns that stand in for it
    """Return what holds a dimension in `live`.

    Raises:
        AttributeError: when `live` has no such dimension.
    """
    if dimension is Dimension.ZONE:
        named: ColumnElement[Any] | None = getattr(live, "time_zone", None)
        province = getattr(live, _name_of(Dimension.PROVINCE, question))
        return _zone(province) if named is None else named
    if dimension is Dimension.NETWORK:
        # Whoever has facilities can say their networks: `with_networks`, `in_networks`.
        networks: ColumnElement[Any] = getattr(live, "network", live.facility_id)
        return networks
    if dimension is Dimension.MONTH:
        # Hours know the month in which they lie, which matters more than when it was recorded.
        month: ColumnElement[Any] | None = getattr(live, "month", None)
        return func.to_char(live.day, "YYYY-MM") if month is None else month
    column: ColumnElement[Any] = getattr(live, _name_of(dimension, question))
    return column


def _zone(province: ColumnElement[str]) -> ColumnElement[str]:
    return case(
        *((province.in_(codes), literal(zone.value, Text())) for zone, codes in ZONES.items())
    )


def _has(live: type[Base], dimensions: Iterable[Dimension], question: Question) -> bool:
    try:
        for dimension in dimensions:
            column_of(live, dimension, question)
    except AttributeError:
        return False
    return True


def _live(cube: Cube, asked: Asked) -> Any:  # noqa: ANN401 - a mapped class, or what stands in for it
    """Return the smallest that can answer: the summary if it has what is asked for."""
    stood = asked.lives.get(cube.code)
    if stood is not None:
        return stood
    question, summary = asked.question, cube.summary
    dated = question.period is not None
    moved = bool(asked.codes) and Dimension.PROVINCE in question.dimensions
    if summary is None or dated or moved or needs_places(asked.scope):
        return cube.live
    return summary if _has(summary, question.dimensions, question) else cube.live


# A cut by one of these finds its rows by an index.
_NARROW: Final = frozenset({Dimension.PROVINCE, Dimension.REGENCY, Dimension.FACILITY})
_READ_TIME_S: Final = 30


@lru_cache(maxsize=1024)
def is_wide(report: Report, question: Question, scope: Scope) -> bool:
    """Tell whether an answer is read from rows that grow with people, those of the whole country.

    A million enrollments are some two million rows, and seconds.
    """
    chosen = {dimension for dimension, _ in question.chosen}
    if not scope.national or not chosen.isdisjoint(_NARROW):
        return False
    asked = Asked(question, scope, datetime(1970, 1, 1, tzinfo=UTC))
    lives = (_live(cube, asked) for cube in cubes_of(report, question))
    return any(hasattr(live, "sex") for live in lives)


async def allow_long_read(session: AsyncSession) -> None:
    """Let this transaction, which writes nothing and so holds up no feed, take its time."""
    await session.execute(text(f"SET LOCAL transaction_timeout = '{_READ_TIME_S}s'"))


def _within_period(live: Any, period: Period | None) -> list[ColumnElement[bool]]:  # noqa: ANN401 - a mapped class
    if period is None:
        return []
    if not hasattr(live, "day"):
        raise PastNotOfferedError
    conditions = []
    if period.first is not None:
        conditions.append(live.day >= period.first)
    if period.last is not None:
        conditions.append(live.day <= period.last)
    return conditions


def _asked_column(live: Any, dimension: Dimension, asked: Asked) -> ColumnElement[Any]:  # noqa: ANN401 - a mapped class
    """Return what holds a dimension, an area by the code that it has today where it has another.

    A regency that has gone over into another province takes its figures there.
    """
    column, codes = column_of(live, dimension, asked.question), asked.codes
    if not codes or dimension not in _AREAS:
        return column
    today = literal(dict(codes), JSONB())
    own = func.coalesce(today[column].astext, column)
    regency = getattr(live, _name_of(Dimension.REGENCY, asked.question), None)
    if dimension is Dimension.REGENCY or regency is None:
        return own
    return func.coalesce(func.left(today[regency].astext, _OF_PROVINCE), own)


def conditions_of(cube: Cube, live: Any, asked: Asked) -> list[ColumnElement[bool]]:  # noqa: ANN401 - a mapped class
    """Return which rows of `live` a question counts."""
    question = asked.question
    visible = within(asked.scope, live, write=asked.where_trained)
    conditions = [visible, *_within_period(live, question.period)]
    for dimension, values in question.chosen:
        if dimension is Dimension.NETWORK:
            conditions.append(in_networks(live.facility_id, values, now=asked.now))
            continue
        column = _asked_column(live, dimension, asked)
        whole = live is cube.summary and question.dimensions.isdisjoint(_IDENTIFIED)
        one_of = _is_among if whole else _is_one_of
        conditions.append(one_of(column, values))
    if cube.by_horizon:
        conditions.append(live.horizon_months.in_(question.horizons))
    return conditions


def _is_one_of(column: ColumnElement[Any], values: Iterable[str]) -> ColumnElement[bool]:
    """Return the condition that a column has one of `values`, in the type that its index has."""
    if isinstance(values, _Later):
        kind: TypeEngine[Any] = Uuid() if isinstance(column.type, Uuid) else Text()
        named: ColumnElement[Any] = column if isinstance(kind, Uuid) else cast(column, Text())
        return named == any_(bindparam(values.parameter, type_=ARRAY(kind)))
    if isinstance(column.type, Uuid):
        return column == any_(literal([UUID(value) for value in values], ARRAY(Uuid())))
    return cast(column, Text()) == any_(literal(list(values), ARRAY(Text())))


def _is_among(column: ColumnElement[Any], values: Iterable[str]) -> ColumnElement[bool]:
    """Return the same condition for a table that is read whole: each row is looked up in a hash.

    PostgreSQL hashes an array that it knows while it plans, but not one that it is given.
    """
    if isinstance(column.type, Uuid):
        return _is_one_of(column, values)
    kind: TypeEngine[Any] = ARRAY(Text())
    array: ColumnElement[Any]
    if isinstance(values, _Later):
        array = bindparam(values.parameter, type_=kind)
    else:
        array = literal(list(values), kind)
    return cast(column, Text()).in_(select(func.unnest(array).column_valued("value")))


def sums_of(
    cube: Cube, asked: Asked, *, names: Iterable[str]
) -> tuple[Select[*tuple[Any, ...]], list[ColumnElement[Any]]]:
    """Return the statement that sums `names` of a cube, and its keys; a horizon is the last.

    rows: one per value of the dimensions asked for, without those that sum to nothing.
    """
    live = _live(cube, asked)
    question = asked.question
    if Dimension.NETWORK in question.by:
        live = with_networks(live, now=asked.now)
    keys: list[ColumnElement[Any]] = [
        cast(_asked_column(live, each, asked), Text()) for each in question.by
    ]
    if cube.by_horizon:
        keys.append(live.horizon_months)
    measures = cube.measures(live, asked.now)
    statement: Select[*tuple[Any, ...]] = select(
        *(key.label(f"key_{place}") for place, key in enumerate(keys)),
        *(measures[name].label(name) for name in names),
    ).where(*conditions_of(cube, live, asked))
    if not keys:
        return statement, keys
    sums = statement.group_by(*keys).subquery()
    return select(sums).where(or_(*(sums.c[name] != 0 for name in names))), keys


class _Later(tuple[str, ...]):
    """Values of a dimension that are not known yet: the parameter that will hold them."""

    __slots__ = ()

    @property
    def parameter(self) -> str:
        """The name of the parameter."""
        return self[0]


@lru_cache(maxsize=1024)
def _template(
    cube: Cube, question: Question, scope: Scope, names: tuple[str, ...], *, where_trained: bool
) -> tuple[Select[*tuple[Any, ...]], int]:
    """Return the statement of every question that differs in its values alone, and its keys."""
    later: Any = bindparam("now", type_=DateTime(timezone=True))
    asked = Asked(question, scope, later, where_trained=where_trained)
    statement, keys = sums_of(cube, asked, names=names)
    limited = statement.limit(bindparam("most", type_=BigInteger)) if keys else statement
    return limited, len(keys)


def _is_plain(asked: Asked) -> bool:
    """Tell whether a question's statement follows from its dimensions."""
    network = Dimension.NETWORK in asked.question.dimensions
    return not (asked.lives or asked.codes or network or asked.question.period)


def _prepared(
    cube: Cube, asked: Asked, *, names: tuple[str, ...], most: int
) -> tuple[Select[*tuple[Any, ...]], int, dict[str, Any]]:
    """Return the statement of a question, its keys and its parameters.

    To put a statement together costs more than to run it, so that one is kept of each shape.
    """
    if not _is_plain(asked):
        statement, columns = sums_of(cube, asked, names=names)
        return (statement.limit(most) if columns else statement), len(columns), {}
    question = asked.question
    parameters: dict[str, Any] = {"now": asked.now, "most": most}
    later = []
    for dimension, values in question.chosen:
        name = f"chosen_{dimension.value}"
        identifies = dimension in _IDENTIFIED
        parameters[name] = [UUID(value) for value in values] if identifies else list(values)
        later.append((dimension, _Later((name,))))
    shape = replace(question, chosen=tuple(later), indicators=())
    kept, keys = _template(cube, shape, asked.scope, names, where_trained=asked.where_trained)
    return kept, keys, parameters


async def _read(
    session: AsyncSession,
    statement: Select[*tuple[Any, ...]],
    parameters: dict[str, Any],
    *,
    keys: int,
) -> dict[Key, Sums]:
    """Return the sums by their first `keys` columns."""
    result = await session.execute(statement, parameters)
    names = list(result.keys())[keys:]
    found: dict[Key, Sums] = {}
    for row in result.all():
        sums = dict(zip(names, row[keys:], strict=True))
        found[tuple("" if key is None else key for key in row[:keys])] = sums
    return found


async def read_report(
    session: AsyncSession, report: Report, *, question: Question, scope: Scope, now: datetime
) -> Mapping[Key, Sums]:
    """Return the present sums that a report is made of, by the values of the dimensions asked for.

    Raises:
        TooManyCellsError: when the answer would be too large.
    """
    return await read_sums(session, report, Asked(question, scope, now))


async def read_sums(session: AsyncSession, report: Report, asked: Asked) -> Mapping[Key, Sums]:
    """Return the sums that a report is made of, by the values of the dimensions asked for.

    Each cube that holds any of them is read once. What has no horizon counts at each: all who
    completed are to answer three times.

    Raises:
        TooManyCellsError: when the answer would be too large.
        PastNotOfferedError: when a period is asked of what is kept without days.
    """
    question, asked = asked.question, asked.of(report)
    indicators = question.shown(report)
    most = asked.limit // len(indicators)
    parts: list[Mapping[Key, Sums]] = []
    for cube, names in parts_of(_wanted(report, question)):
        statement, keys, values = _prepared(cube, asked, names=names, most=most + 1)
        read = await _read(session, statement, values, keys=keys)
        if len(read) > most:
            whole, _ = sums_of(cube, asked, names=names)
            await _refuse_size(session, whole, asked, indicators=len(indicators))
        if report.by_horizon and not cube.by_horizon:
            read = spread_over_horizons(read, question.horizons)
        parts.append(read)
    return merge(*parts)


async def _refuse_size(
    session: AsyncSession, statement: Select[*tuple[Any, ...]], asked: Asked, *, indicators: int
) -> None:
    groups = statement.subquery().c
    by = asked.question.by
    counts = [func.count(distinct(groups[f"key_{place}"])) for place in range(len(by))]
    every, *values = (await session.execute(select(func.count(), *counts))).one()
    raise TooManyCellsError(
        extra={
            "cells": every * indicators,
            "limit": asked.limit,
            "narrow": [
                {"dimension": dimension.value, "values": count}
                for count, dimension in sorted(zip(values, by, strict=True), reverse=True)
            ],
        }
    )
