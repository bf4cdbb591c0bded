"""Reads of programmes and waves."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.reporting.programs.tables import Program, Wave


async def find_wave(session: AsyncSession, wave_id: UUID) -> Wave | None:
    """Return a wave, None when none of this id was published."""
    return await session.get(Wave, wave_id)


async def list_programs(
    session: AsyncSession, program_id: UUID | None = None
) -> Sequence[Row[*tuple[Any, ...]]]:
    """Return id and code of programmes, of one when it is named."""
    statement = select(Program.id, Program.code).order_by(Program.code)
    if program_id is not None:
        statement = statement.where(Program.id == program_id)
    return (await session.execute(statement)).all()
