"""Reads of waves, which are public."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.programs.tables import Program
from services.enrollment.waves.rules import WaveUnknownError
from services.enrollment.waves.tables import Wave


async def get_wave(session: AsyncSession, wave_id: UUID) -> Wave:
    """Return one wave.

    Raises:
        WaveUnknownError: when there is none.
    """
    wave = await session.get(Wave, wave_id)
    if wave is None:
        raise WaveUnknownError
    return wave


async def find_wave(session: AsyncSession, *, program_code: str, wave_code: str) -> Wave | None:
    """Return the wave that goes by these codes."""
    statement = (
        select(Wave)
        .join(Program, Program.id == Wave.program_id)
        .where(Program.code == program_code, Wave.code == wave_code)
    )
    return await session.scalar(statement)


async def list_waves(
    session: AsyncSession, *, program_id: UUID | None, after: UUID | None, limit: int
) -> Sequence[Wave]:
    """Return up to `limit` waves, newest last: ids sort by the time they were made."""
    statement = select(Wave).order_by(Wave.id).limit(limit)
    if program_id is not None:
        statement = statement.where(Wave.program_id == program_id)
    if after is not None:
        statement = statement.where(Wave.id > after)
    return (await session.scalars(statement)).all()
