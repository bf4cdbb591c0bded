"""Reads of areas."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, and_, any_, literal, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.types import Text as SqlText

from services.registry.areas import rules
from services.registry.areas.rules import Location, PresentArea
from services.registry.areas.tables import Area
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


def _holds(on: date) -> ColumnElement[bool]:
    return and_(Area.valid_from <= on, or_(Area.valid_to.is_(None), Area.valid_to > on))


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
