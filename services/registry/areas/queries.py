"""Reads of areas."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, any_, exists, literal, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute, aliased
from sqlalchemy.types import Text as SqlText

from services.registry.areas import rules
from services.registry.areas.rules import Location, PresentArea
from services.registry.areas.tables import Area
from shared.schemas.registry import AreaLevel, AreaRead


@dataclass(frozen=True, slots=True)
class AreaFilter:
    """What a list of areas is narrowed to; `q` is found in names, misspelt ones too."""

    on: date
    level: AreaLevel | None = None
    parent: str | None = None
    q: str | None = None


def _holds(area: type[Area], on: date) -> ColumnElement[bool]:
    return and_(area.valid_from <= on, or_(area.valid_to.is_(None), area.valid_to > on))


def _areas(on: date) -> Select[*tuple[Any, ...]]:
    child = aliased(Area)
    has_children = exists().where(child.parent_code == Area.code, _holds(child, on))
    return select(
        Area.code,
        Area.level,
        Area.name,
        Area.parent_code,
        Area.time_zone,
        Area.valid_from,
        Area.valid_to,
        has_children.label("has_children"),
    ).where(_holds(Area, on))


async def list_areas(
    session: AsyncSession, wanted: AreaFilter, *, after: str | None, limit: int
) -> Sequence[Row[*tuple[Any, ...]]]:
    """Return up to `limit` areas that follow code `after`, in the order of their codes."""
    statement = _areas(wanted.on).order_by(Area.code).limit(limit)
    if wanted.level is not None:
        statement = statement.where(Area.level == wanted.level)
    if wanted.parent is not None:
        statement = statement.where(Area.parent_code == wanted.parent)
    if wanted.q is not None:
        statement = statement.where(named_like(Area.name, wanted.q))
    if after is not None:
        statement = statement.where(Area.code > after)
    return (await session.execute(statement)).all()


async def get_area(session: AsyncSession, code: str, *, on: date) -> AreaRead:
    """Return the area that had `code` on the day `on`.

    Raises:
        AreaNotFoundError: when none had.
    """
    row = (await session.execute(_areas(on).where(Area.code == code))).one_or_none()
    if row is None:
        raise rules.AreaNotFoundError
    return AreaRead.model_validate(row)


async def known_codes(session: AsyncSession, codes: Iterable[str], *, on: date) -> set[str]:
    """Return those of `codes` that name an area on the day `on`."""
    wanted = literal(sorted(set(codes)), ARRAY(SqlText()))
    statement = select(Area.code).where(Area.code == any_(wanted), _holds(Area, on))
    return set((await session.scalars(statement)).all())


async def locate(session: AsyncSession, code: str, *, on: date) -> Location:
    """Return where an area that is valid on the day `on` lies.

    Raises:
        AreaUnknownError: when no area has `code` on that day.
        AreaTooCoarseError: when it is a province.
    """
    if not await known_codes(session, [code], on=on):
        raise rules.AreaUnknownError(pointer="/area_code")
    return rules.locate(code)


async def present_areas(session: AsyncSession, codes: Iterable[str]) -> dict[str, PresentArea]:
    """Return what is known at present of each of `codes` that is known at all."""
    wanted = literal(sorted(set(codes)), ARRAY(SqlText()))
    statement = select(Area.code, Area.name, Area.valid_from).where(
        Area.code == any_(wanted), Area.valid_to.is_(None)
    )
    rows = (await session.execute(statement)).all()
    return {row.code: PresentArea(row.name, row.valid_from) for row in rows}


def named_like(name: InstrumentedAttribute[str], q: str) -> ColumnElement[bool]:
    """Return the condition that a name holds `q`, or words much like it; served by trigrams."""
    return or_(name.ilike(like_pattern(q)), name.bool_op("%>")(q))


def like_pattern(q: str) -> str:
    """Return the pattern of a text that holds `q`, whose own signs of patterns mean nothing."""
    escaped = re.sub(r"([\\%_])", r"\\\1", q)
    return f"%{escaped}%"
