"""Reads of the area copy: public reference data, the same for every caller."""

from collections.abc import Collection

from sqlalchemy import any_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.expression import literal
from sqlalchemy.types import Text

from services.enrollment.areas.rules import LEVEL_BY_LENGTH, AreasNotCopiedError, UnknownAreaError
from services.enrollment.areas.schemas import AreasState
from services.enrollment.areas.tables import AreaCopy, AreaLevelCopied


async def get_state(session: AsyncSession) -> AreasState:
    """Return which levels have been copied in full."""
    rows = (await session.scalars(select(AreaLevelCopied))).all()
    return AreasState(
        copied_at=max((row.copied_at for row in rows), default=None),
        areas=sum(row.areas for row in rows),
        levels={row.level: row.areas for row in rows},
    )


async def find_codes(session: AsyncSession, codes: Collection[str]) -> set[str]:
    """Return those of `codes` that are in force."""
    wanted = literal(sorted(set(codes)), ARRAY(Text()))
    found = await session.scalars(select(AreaCopy.code).where(AreaCopy.code == any_(wanted)))
    return set(found)


async def check_known(
    session: AsyncSession, codes: Collection[str], *, pointer: str, beside: Collection[str] = ()
) -> set[str]:
    """Refuse codes that are not in force; return which of them and of those `beside` are.

    Raises:
        AreasNotCopiedError: when the copy of their level is not there yet.
        UnknownAreaError: when it is, and one of them is not in it.
    """
    known = await find_codes(session, {*codes, *beside})
    missing = set(codes) - known
    if missing:
        copied = (await get_state(session)).levels
        if any(LEVEL_BY_LENGTH[len(code)] not in copied for code in missing):
            raise AreasNotCopiedError(retry_after_s=5)
        raise UnknownAreaError(pointer=pointer)
    return known
