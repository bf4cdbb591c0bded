"""Reads of boundaries: public, the same for every caller."""

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Row, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.reporting.areas.tables import AreaName
from services.reporting.boundaries.rules import decoded
from services.reporting.boundaries.tables import AreaBoundary, BoundaryList
from shared.schemas.registry import AreaLevel

# The map that is drawn until official boundaries are loaded; its licence lies beside it.
_APPROXIMATE: Final = Path(__file__).parents[1] / "dashboard/static/provinces.json"


async def find_list(session: AsyncSession, level: AreaLevel) -> BoundaryList | None:
    """Return the list of a level that holds."""
    return await session.get(BoundaryList, level, populate_existing=True)


async def boundaries_mark(session: AsyncSession) -> str:
    """Return what changes whenever other boundaries hold."""
    held = await session.scalars(select(BoundaryList.list_id).order_by(BoundaryList.level))
    return "".join(f"{list_id.hex[-12:]}-" for list_id in held)


async def list_boundaries(
    session: AsyncSession, list_id: UUID, *, exact: bool
) -> Sequence[Row[str, str, dict[str, Any]]]:
    """Return the areas of a list in the order of their codes: code, name, geometry."""
    drawn = AreaBoundary.exact if exact else AreaBoundary.outline
    statement = (
        select(AreaBoundary.code, AreaBoundary.name, drawn)
        .where(AreaBoundary.list_id == list_id)
        .order_by(AreaBoundary.code)
    )
    return (await session.execute(statement)).all()


async def outlines(session: AsyncSession, level: AreaLevel) -> Mapping[str, Mapping[str, Any]]:
    """Return the outline of each area by its code: official, or as near as is known.

    Regencies have none until official boundaries are loaded.
    """
    held: ColumnElement[UUID] = (
        select(BoundaryList.list_id).where(BoundaryList.level == level).scalar_subquery()
    )
    statement = select(AreaBoundary.code, AreaBoundary.outline).where(AreaBoundary.list_id == held)
    found = {row.code: row.outline for row in (await session.execute(statement)).all()}
    if found or level is not AreaLevel.PROVINCE:
        return found
    return approximate_provinces()


@lru_cache(maxsize=1)
def approximate_provinces() -> Mapping[str, Mapping[str, Any]]:
    """Return the provinces as the map that is shipped draws them."""
    return decoded(json.loads(_APPROXIMATE.read_text()))


async def names_in_force(session: AsyncSession) -> Mapping[str, str]:
    """Return the areas in force by their codes; the shipped map's provinces before any copy."""
    statement = select(AreaName.code, AreaName.name).where(AreaName.in_force)
    rows = (await session.execute(statement)).all()
    if rows:
        return {row.code: row.name for row in rows}
    return dict.fromkeys(approximate_provinces(), "")
