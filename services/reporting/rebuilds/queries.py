"""Comparisons of two generations of the figures, each made in one statement: one snapshot."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, TypeAlias
from uuid import UUID

from sqlalchemy import FromClause, Table, and_, func, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from services.reporting.alarms.rules import DifferingCell
from services.reporting.base import Job
from services.reporting.folding.rules import Keeping, Rollup, Source
from services.reporting.folding.tables import Fold
from services.reporting.ledger.queries import table_of
from shared.schemas.jobs import JobState

LISTED_DIFFERENCES: Final = 5_000
REBUILD: Final = "rebuild"
SWEEP: Final = "sweep_generation"

_Row: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two generations of one rollup, compared in one snapshot.

    `position` is how far the live one was folded in that snapshot; `cells` counts the cells of
    either. `differing`: the first cells that differ, by id, with the sums (live - shadow), or None
    where a member differs; `total` counts them all.
    """

    position: int
    cells: int
    total: int
    differing: dict[UUID, list[int] | None]


def _generation(table: Table, generation: int) -> FromClause:
    return select(table).where(table.c.generation == generation).subquery()


async def compare_rollup(
    session: AsyncSession, *, rollup: Rollup, live: int, shadow: int, source: Source
) -> Comparison:
    """Compare every cell of two generations; a cell that is missing counts as zero."""
    table = table_of(rollup)
    left, right = _generation(table, live), _generation(table, shadow)
    gaps = [
        func.coalesce(left.c[measure], 0) - func.coalesce(right.c[measure], 0)
        for measure in rollup.measures
    ]
    members = [*rollup.members, *(["day"] if rollup.daily else [])]
    both = and_(left.c.cell.is_not(None), right.c.cell.is_not(None))
    forged = and_(
        both, or_(*(left.c[member].is_distinct_from(right.c[member]) for member in members))
    )
    cells = (
        select(
            func.coalesce(left.c.cell, right.c.cell).label("cell"),
            forged.label("forged"),
            func.json_build_array(*gaps).label("gaps"),
            or_(forged, *(gap != 0 for gap in gaps)).label("differs"),
        )
        .select_from(left.join(right, left.c.cell == right.c.cell, full=True))
        .cte("cells")
    )
    return await _compare(session, cells, source)


async def _compare(session: AsyncSession, cells: FromClause, source: Source) -> Comparison:
    listed = (
        select(cells.c.cell, cells.c.forged, cells.c.gaps)
        .where(cells.c.differs)
        .limit(LISTED_DIFFERENCES)
        .subquery()
    )
    as_json = func.json_build_array(listed.c.cell, listed.c.forged, listed.c.gaps)
    row = (
        await session.execute(
            select(
                Fold.position,
                select(func.count()).select_from(cells).scalar_subquery(),
                select(func.count()).select_from(cells).where(cells.c.differs).scalar_subquery(),
                select(func.coalesce(func.json_agg(as_json), func.json_build_array()))
                .select_from(listed)
                .scalar_subquery(),
            ).where(Fold.source == source)
        )
    ).one()
    differing = {UUID(cell): None if forged else gaps for cell, forged, gaps in row[3]}
    return Comparison(position=row[0], cells=row[1], total=row[2], differing=differing)


async def compare_latest(
    session: AsyncSession, *, keeping: Keeping, live: int, shadow: int
) -> Comparison:
    """Compare the latest that two generations know of everything in one table."""
    table = table_of(keeping)
    left, right = _generation(table, live), _generation(table, shadow)
    columns = [column.name for column in table.columns if column.name != "generation"]
    differs = or_(*(left.c[name].is_distinct_from(right.c[name]) for name in columns))
    one, other = left.c[keeping.key], right.c[keeping.key]
    cells = (
        select(
            func.coalesce(one, other).label("cell"),
            true().label("forged"),
            func.json_build_array().label("gaps"),
            differs.label("differs"),
        )
        .select_from(left.join(right, one == other, full=True))
        .cte("cells")
    )
    return await _compare(session, cells, keeping.source)


async def is_rebuilding(session: AsyncSession) -> bool:
    """Tell whether a rebuild waits or runs."""
    waiting = select(Job.id).where(
        Job.kind == REBUILD, Job.state.in_((JobState.QUEUED, JobState.RUNNING))
    )
    return (await session.scalars(waiting.limit(1))).first() is not None


async def was_recounted(session: AsyncSession, night: date) -> bool:
    """Tell whether the recount of a night was ordered."""
    ordered = select(Job.id).where(
        Job.kind == REBUILD, Job.payload["night"].astext == night.isoformat()
    )
    return (await session.scalars(ordered.limit(1))).first() is not None


async def describe_cells(
    session: AsyncSession, rollup: Rollup, *, live: int, shadow: int, cells: Sequence[UUID]
) -> list[DifferingCell]:
    """Return some cells of a rollup with their members and what two generations sum there."""
    table = table_of(rollup)
    members = [*(["day"] if rollup.daily else []), *rollup.members]
    found = await _rows_of(session, table, "cell", (live, shadow), cells)
    described = []
    for cell in cells:
        shown, recounted = found.get((live, cell)), found.get((shadow, cell))
        described.append(
            DifferingCell(
                cell,
                {name: (shown or recounted or {}).get(name) for name in members},
                shown and _part(shown, rollup.measures, shown, recounted, members),
                recounted and _part(recounted, rollup.measures, shown, recounted, members),
            )
        )
    return described


async def describe_kept(
    session: AsyncSession, keeping: Keeping, *, live: int, shadow: int, keys: Sequence[UUID]
) -> list[DifferingCell]:
    """Return some rows that two generations keep differently, with what differs in them."""
    found = await _rows_of(session, table_of(keeping), keeping.key, (live, shadow), keys)
    described = []
    for key in keys:
        shown, recounted = found.get((live, key)), found.get((shadow, key))
        named = {keeping.key: key}
        described.append(
            DifferingCell(
                key,
                named,
                shown and _part(shown, ("version",), shown, recounted, keeping.members),
                recounted and _part(recounted, ("version",), shown, recounted, keeping.members),
            )
        )
    return described


async def _rows_of(
    session: AsyncSession,
    table: Table,
    key: str,
    generations: tuple[int, int],
    wanted: Sequence[UUID],
) -> dict[tuple[int, UUID], _Row]:
    statement = select(table).where(
        table.c.generation.in_(generations), table.c[key].in_(list(wanted))
    )
    rows = (await session.execute(statement)).mappings().all()
    return {(row["generation"], row[key]): dict(row) for row in rows}


def _part(
    row: _Row,
    always: Iterable[str],
    one: _Row | None,
    other: _Row | None,
    members: Iterable[str],
) -> dict[str, Any]:
    """Return the sums of a row, and the members in which the two rows differ."""
    differing = [name for name in members if one and other and one[name] != other[name]]
    return {name: row[name] for name in (*always, *differing)}
