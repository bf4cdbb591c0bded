"""The statement that reads a list for an export, a chunk at a time in the order of its keys."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Select, func, inspect, literal, null, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.export_lists.tables import ExportList
from services.registry.facilities.tables import Facility
from shared.scope import Scope

CHUNK: Final = 1_000


@dataclass(frozen=True, slots=True)
class ExportRows:
    """Some rows of an export, and the key after which the next ones come, if there are any."""

    rows: list[Sequence[Any]]
    points: list[tuple[float, float] | None]
    after: tuple[Any, ...] | None


def export_statement(
    exported: ExportList,
    *,
    scope: Scope,
    filters: Mapping[str, Any],
    after: tuple[Any, ...] | None,
    limit: int,
) -> Select[Any]:
    """Return up to `limit` rows of a list that follow key `after`, each with point and key.

    What an export shows comes first, then longitude and latitude, then the key.
    """
    keys = [getattr(exported.table, column.name) for column in inspect(exported.table).primary_key]
    point = [Facility.longitude, Facility.latitude]
    if exported.facility is None:
        point = [null(), null()]  # type: ignore[list-item] # a list without places
    statement = select(*exported.columns().values(), *point, *keys).select_from(exported.table)
    if exported.facility is not None and exported.table is not Facility:
        statement = statement.outerjoin(Facility, Facility.id == exported.facility)
    statement = statement.where(
        exported.seen(scope),
        exported.only,
        *(exported.narrowed(name, value) for name, value in filters.items()),
    )
    if after is not None:
        last = [literal(value, key.type) for value, key in zip(after, keys, strict=True)]
        statement = statement.where(tuple_(*keys) > tuple_(*last))
    return statement.order_by(*keys).limit(limit)


async def read_rows(
    session: AsyncSession,
    exported: ExportList,
    *,
    scope: Scope,
    filters: Mapping[str, Any],
    after: tuple[Any, ...] | None,
) -> ExportRows:
    """Return the rows of a list that follow key `after`."""
    statement = export_statement(exported, scope=scope, filters=filters, after=after, limit=CHUNK)
    found = (await session.execute(statement)).all()
    width = len(exported.columns())
    return ExportRows(
        rows=[tuple(row)[:width] for row in found],
        points=[None if row[width] is None else (row[width], row[width + 1]) for row in found],
        after=tuple(found[-1])[width + 2 :] if len(found) == CHUNK else None,
    )


async def is_longer_than(
    session: AsyncSession,
    exported: ExportList,
    *,
    scope: Scope,
    filters: Mapping[str, Any],
    limit: int,
) -> bool:
    """Tell whether an export has more than `limit` rows."""
    rows = export_statement(exported, scope=scope, filters=filters, after=None, limit=limit + 1)
    some = rows.with_only_columns(literal(1)).order_by(None).subquery()
    count = await session.scalar(select(func.count()).select_from(some))
    return (count or 0) > limit
