"""Reads of names."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.reporting.program_names.tables import LiveProgramNames


async def names_of(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, str]:
    """Return what programmes and waves are called now, by id; unknown ones are left out."""
    live: Any = LiveProgramNames
    statement = select(live.named_id, live.name).where(live.named_id.in_(ids))
    return {row.named_id: row.name for row in await session.execute(statement)}
