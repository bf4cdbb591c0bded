"""Reads of areas."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, TypeVarTuple

from pydantic import TypeAdapter
from sqlalchemy import (
    ColumnElement,
    Row,
    ScalarSelect,
    Select,
    and_,
    any_,
    collate,
    column,
    func,
    literal,
    or_,
    select,
    tuple_,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute, aliased
from sqlalchemy.types import Text as SqlText

from services.registry.areas import rules
from services.registry.areas.rules import Location, PresentArea
from services.registry.areas.schemas import AreaDetail, AreaLink
from services.registry.areas.tables import Area, AreaChange, AreaSuccessor
from services.registry.pages.queries import JsonPage, PageShape, read_page
from shared.db.session import Sessions
from shared.schemas.registry import AreaLevel, AreaRead


@dataclass(frozen=True, slots=True)
class AreaFilter:
    """What a list of areas is narrowed to; `q` is found in names, misspelt ones too."""

    on: date
    code: str | None = None
    level: AreaLevel | None = None
    parent: str | None = None
    q: str | None = None


Columns = TypeVarTuple("Columns")

AREAS: Final = TypeAdapter(list[AreaRead])
_HOLDS: Final = (
    "{0}.valid_from <= CAST(:on AS date)"
    " AND ({0}.valid_to IS NULL OR {0}.valid_to > CAST(:on AS date))"
)
_HAS_CHILDREN: Final = f"""EXISTS (
    SELECT FROM registry.area AS child
    WHERE child.parent_code = area.code AND {_HOLDS.format("child")}
)"""
_PLAIN: Final = ("code", "level", "name", "parent_code", "time_zone", "valid_from", "valid_to")
_MEMBERS: Final = (*((name, name) for name in _PLAIN), ("has_children", _HAS_CHILDREN))
_CONDITIONS: Final = {
    "code": "code = :code",
    "level": "level = :level",
    "parent": "parent_code = :parent",
    "q": "(name ILIKE :pattern OR name %> :q)",
    "after": "code > :after",
}


def page_shape(conditions: Iterable[str], limit: int) -> PageShape:
    """Return the shape of a page of areas narrowed by `conditions`, in the order of codes."""
    return PageShape(
        table="registry.area",
        members=_MEMBERS,
        conditions=(_HOLDS.format("area"), *(_CONDITIONS[name] for name in sorted(conditions))),
        order=("code",),
        limit=limit,
    )


async def page_of_areas(
    sessions: Sessions, wanted: AreaFilter, *, after: str | None, limit: int
) -> JsonPage:
    """Return up to `limit` areas that follow code `after`, as JSON in the order of codes."""
    asked = {
        name: value
        for name, value in (
            ("code", wanted.code),
            ("level", wanted.level and wanted.level.value),
            ("parent", wanted.parent),
            ("q", wanted.q),
            ("after", after),
        )
        if value is not None
    }
    parameters: dict[str, Any] = {"on": wanted.on, **asked}
    if wanted.q is not None:
        parameters["pattern"] = like_pattern(wanted.q)
    return await read_page(sessions, page_shape(asked, limit), parameters)


async def get_area(sessions: Sessions, code: str, *, on: date) -> AreaRead:
    """Return the area that had `code` on the day `on`.

    Raises:
        AreaNotFoundError: when none had.
    """
    page = await page_of_areas(sessions, AreaFilter(on=on, code=code), after=None, limit=1)
    found = AREAS.validate_json(page.items)
    if not found:
        raise rules.AreaNotFoundError
    return found[0]


async def get_area_detail(session: AsyncSession, area: AreaRead) -> AreaDetail:
    """Return an area with what it came from and what became of it."""
    new, old = AreaSuccessor.new_code, AreaSuccessor.old_code
    day = AreaSuccessor.valid_from
    came = [new == area.code, day >= area.valid_from]
    went = [old == area.code, day > area.valid_from]
    if area.valid_to is not None:
        came.append(day < area.valid_to)
        went.append(day <= area.valid_to)
    return AreaDetail(
        **area.model_dump(),
        predecessors=await _links(session, other=old, conditions=came),
        successors=await _links(session, other=new, conditions=went),
    )


async def successors_of(session: AsyncSession, code: str, *, on: date) -> list[str]:
    """Return the codes that one went over into when it last changed before a day or on it."""
    changed = select(func.max(AreaSuccessor.valid_from)).where(
        AreaSuccessor.old_code == code, AreaSuccessor.valid_from <= on
    )
    statement = (
        select(AreaSuccessor.new_code)
        .where(
            AreaSuccessor.old_code == code,
            AreaSuccessor.valid_from == changed.scalar_subquery(),
        )
        .order_by(AreaSuccessor.new_code)
    )
    return list((await session.scalars(statement)).all())


async def list_successions(
    session: AsyncSession,
    *,
    level: AreaLevel | None,
    after: tuple[str, date, str] | None,
    limit: int,
) -> Sequence[Row[str, str | None, str, date]]:
    """Return up to `limit` successions of a level, or of all, in the order of code and day."""
    key = (AreaSuccessor.old_code, AreaSuccessor.valid_from, AreaSuccessor.new_code)
    statement = (
        select(
            AreaSuccessor.old_code,
            _name_of(AreaSuccessor.old_code).label("old_name"),
            AreaSuccessor.new_code,
            AreaSuccessor.valid_from,
        )
        .order_by(*key)
        .limit(limit)
    )
    if level is not None:
        long = rules.LENGTH_OF_LEVEL[level]
        statement = statement.where(func.length(AreaSuccessor.old_code) == long)
    if after is not None:
        statement = statement.where(tuple_(*key) > tuple_(*map(literal, after)))
    return (await session.execute(statement)).all()


async def _links(
    session: AsyncSession,
    *,
    other: InstrumentedAttribute[str],
    conditions: list[ColumnElement[bool]],
) -> list[AreaLink]:
    """Return the links that meet `conditions`, each with what its other end was called."""
    statement = (
        select(
            other.label("code"),
            _name_of(other).label("name"),
            AreaChange.kind,
            AreaChange.decree,
            AreaSuccessor.valid_from,
        )
        .join(AreaChange, AreaChange.id == AreaSuccessor.change_id)
        .where(*conditions)
        .order_by(AreaSuccessor.valid_from, other)
    )
    rows = (await session.execute(statement)).all()
    return [AreaLink.model_validate(row) for row in rows]


def _holds(on: date) -> ColumnElement[bool]:
    return and_(Area.valid_from <= on, or_(Area.valid_to.is_(None), Area.valid_to > on))


def _name_of(end: InstrumentedAttribute[str]) -> ScalarSelect[str]:
    """Return what the old or the new area of a link was called when the one followed the other."""
    named, day = aliased(Area), AreaSuccessor.valid_from
    since = named.valid_from < day if end is AreaSuccessor.old_code else named.valid_from <= day
    return (
        select(named.name)
        .where(named.code == end, since)
        .order_by(named.valid_from.desc())
        .limit(1)
        .correlate(AreaSuccessor)
        .scalar_subquery()
    )


async def known_codes(session: AsyncSession, codes: Iterable[str], *, on: date) -> set[str]:
    """Return those of `codes` that name an area on the day `on`."""
    wanted = literal(sorted(set(codes)), ARRAY(SqlText()))
    statement = select(Area.code).where(Area.code == any_(wanted), _holds(on))
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


def among(statement: Select[*Columns], codes: Iterable[str]) -> Select[*Columns]:
    """Narrow a statement over areas to those that have one of `codes`, of which there may be many.

    By a join: with `code = ANY (...)` PostgreSQL compared each area with thousands of codes.
    """
    wanted = literal(sorted(set(codes)), ARRAY(SqlText()))
    given = func.unnest(wanted).table_valued(column("code", SqlText())).render_derived()
    return statement.join(given, Area.code == collate(given.c.code, "C"))


async def latest_areas(session: AsyncSession, codes: Iterable[str]) -> dict[str, PresentArea]:
    """Return what was said last of each of `codes` that was ever known."""
    statement = among(select(Area.code, Area.name, Area.valid_from, Area.valid_to), codes)
    rows = (await session.execute(statement)).all()
    return {
        row.code: PresentArea(row.name, row.valid_from, row.valid_to)
        for row in sorted(rows, key=lambda row: row.valid_from)
    }


async def areas_in_force(
    session: AsyncSession, *, level: AreaLevel, after: str, limit: int
) -> dict[str, PresentArea]:
    """Return up to `limit` areas of a level that have not ended, those that follow `after`."""
    statement = (
        select(Area.code, Area.name, Area.valid_from)
        .where(Area.level == level, Area.code > after, Area.valid_to.is_(None))
        .order_by(Area.code)
        .limit(limit)
    )
    rows = (await session.execute(statement)).all()
    return {row.code: PresentArea(row.name, row.valid_from) for row in rows}


async def count_levels(session: AsyncSession, *, on: date) -> dict[AreaLevel, int]:
    """Return how many areas of each level hold on the day `on`."""
    statement = (
        select(Area.level, func.count().label("areas")).where(_holds(on)).group_by(Area.level)
    )
    return {row.level: row.areas for row in (await session.execute(statement)).all()}


def named_like(name: InstrumentedAttribute[str], q: str) -> ColumnElement[bool]:
    """Return the condition that a name holds `q`, or words much like it; served by trigrams."""
    return or_(name.ilike(like_pattern(q)), name.bool_op("%>")(q))


def like_pattern(q: str) -> str:
    """Return the pattern of a text that holds `q`, whose own signs of patterns mean nothing."""
    escaped = re.sub(r"([\\%_])", r"\\\1", q)
    return f"%{escaped}%"
