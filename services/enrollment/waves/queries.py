"""Reads of waves, which are public."""

from collections.abc import Sequence
from datetime import datetime
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


async def hold_wave(session: AsyncSession, wave_id: UUID) -> None:
    """Keep a wave as it is until the transaction ends: a class is about to copy its window."""
    await session.execute(select(Wave.id).where(Wave.id == wave_id).with_for_update(read=True))


async def find_wave(session: AsyncSession, *, program_code: str, wave_code: str) -> Wave | None:
    """Return the wave that goes by these codes."""
    statement = (
        select(Wave)
        .join(Program, Program.id == Wave.program_id)
        .where(Program.code == program_code, Wave.code == wave_code)
    )
    return await session.scalar(statement)


async def list_waves(
    session: AsyncSession,
    *,
    program_id: UUID | None,
    open_at: datetime | None = None,
    after: UUID | None,
    limit: int,
) -> Sequence[Wave]:
    """Return up to `limit` waves, newest last: ids sort by the time they were made.

    `open_at` leaves those that take applications at that moment.
    """
    statement = select(Wave).order_by(Wave.id).limit(limit)
    if open_at is not None:
        statement = statement.where(
            Wave.opens_at <= open_at, Wave.closes_at > open_at, Wave.cancelled_at.is_(None)
        )
    if program_id is not None:
        statement = statement.where(Wave.program_id == program_id)
    if after is not None:
        statement = statement.where(Wave.id > after)
    return (await session.scalars(statement)).all()
