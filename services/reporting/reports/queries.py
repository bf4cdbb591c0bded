"""Reads of the cubes: one SELECT per cube, grouped by what was asked, filtered by the scope."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, Text, any_, case, cast, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from services.reporting.base import Base
from services.reporting.class_facts import queries as classes
from services.reporting.enrollment_facts import queries as enrollments
from services.reporting.facility_facts import queries as facilities
from services.reporting.folding.queries import Cube
from services.reporting.indicators.rules import AreaBasis, Dimension, Report
from services.reporting.outcome_facts import queries as outcomes
from services.reporting.reports.rules import (
    ZONES,
    Key,
    Question,
    Sums,
    merge,
    needs_places,
    spread_over_horizons,
)
from shared.db.within import within
from shared.scope import Scope

CUBES: Final[tuple[Cube, ...]] = (
    enrollments.CUBE,
    classes.CUBE,
    outcomes.CUBE,
    facilities.CUBE,
)

# Dimensions whose column is called otherwise.
_COLUMNS: Final = {
    Dimension.PROGRAM: "program_id",
    Dimension.WAVE: "wave_id",
    Dimension.FACILITY: "facility_id",
}
_AREAS: Final = frozenset({Dimension.PROVINCE, Dimension.REGENCY})


@lru_cache
def names_of(cube: Cube) -> frozenset[str]:
    """Return the names of the sums of a cube."""
    return frozenset(cube.measures(cube.live, datetime(1970, 1, 1, tzinfo=UTC)))


@lru_cache(maxsize=256)
def parts_of(names: frozenset[str]) -> tuple[tuple[Cube, tuple[str, ...]], ...]:
    """Return the cubes that hold any of `names`, each with those that it holds."""
    parts = ((cube, tuple(sorted(names & names_of(cube)))) for cube in CUBES)
    return tuple((cube, held) for cube, held in parts if held)


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
    if dimension is Dimension.MONTH:
        return func.to_char(live.day, "YYYY-MM")
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


def _live(cube: Cube, question: Question, scope: Scope) -> type[Base]:
    """Return the smallest that can answer: the summary if it has what is asked for."""
    summary = cube.summary
    if summary is None or needs_places(scope) or not _has(summary, question.dimensions, question):
        return cube.live
    return summary


def sums_of(
    cube: Cube, *, question: Question, scope: Scope, now: datetime, names: Iterable[str]
) -> Select[*tuple[Any, ...]]:
    """Return the statement that sums `names` of a cube; a horizon is the last key.

    rows: one per value of the dimensions asked for.
    """
    live: Any = _live(cube, question, scope)
    keys = [cast(column_of(live, each, question), Text()) for each in question.by]
    if cube.by_horizon:
        keys.append(live.horizon_months)
    measures = cube.measures(live, now)
    statement = select(
        *(key.label(f"key_{place}") for place, key in enumerate(keys)),
        *(measures[name].label(name) for name in names),
    ).where(within(scope, live))
    for dimension, values in question.chosen:
        column = cast(column_of(live, dimension, question), Text())
        statement = statement.where(column == any_(literal(list(values), ARRAY(Text()))))
    if cube.by_horizon:
        statement = statement.where(live.horizon_months.in_(question.horizons))
    return statement.group_by(*keys) if keys else statement


async def _read(
    session: AsyncSession, statement: Select[*tuple[Any, ...]], *, keys: int
) -> dict[Key, Sums]:
    """Return the sums by their first `keys` columns; groups that sum to nothing are left out."""
    result = await session.execute(statement)
    names = list(result.keys())[keys:]
    found: dict[Key, Sums] = {}
    for row in result.all():
        sums = dict(zip(names, row[keys:], strict=True))
        if not keys or any(sums.values()):
            found[tuple("" if key is None else key for key in row[:keys])] = sums
    return found


async def read_report(
    session: AsyncSession, report: Report, *, question: Question, scope: Scope, now: datetime
) -> Mapping[Key, Sums]:
    """Return the sums that a report is made of, by the values of the dimensions asked for.

    Each cube that holds any of them is read once. What has no horizon counts at each: all who
    completed are to answer three times.
    """
    indicators = question.shown(report)
    parts: list[Mapping[Key, Sums]] = []
    for cube, names in parts_of(frozenset().union(*(each.sums for each in indicators))):
        statement = sums_of(cube, question=question, scope=scope, now=now, names=names)
        keys = len(question.by) + cube.by_horizon
        read = await _read(session, statement, keys=keys)
        if report.by_horizon and not cube.by_horizon:
            read = spread_over_horizons(read, question.horizons)
        parts.append(read)
    return merge(*parts)
