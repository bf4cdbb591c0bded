"""Reads of decisions."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.wave_decisions.tables import WaveDecision
from services.enrollment.waves.tables import Wave


async def last_decision(session: AsyncSession, wave_id: UUID) -> WaveDecision | None:
    """Return the decision on a wave that counts, if any was made."""
    statement = (
        select(WaveDecision)
        .where(WaveDecision.wave_id == wave_id)
        .order_by(WaveDecision.number.desc())
        .limit(1)
    )
    return await session.scalar(statement)


async def standing_of(
    session: AsyncSession, wave_id: UUID
) -> tuple[datetime | None, WaveDecision | None]:
    """Return when a wave was called off, and the decision on it that counts, in one statement."""
    statement = (
        select(Wave.cancelled_at, WaveDecision)
        .outerjoin(WaveDecision, WaveDecision.wave_id == Wave.id)
        .where(Wave.id == wave_id)
        .order_by(WaveDecision.number.desc())
        .limit(1)
    )
    row = (await session.execute(statement)).one()
    return row[0], row[1]


async def list_decisions(
    session: AsyncSession, wave_id: UUID, *, before: int | None, limit: int
) -> Sequence[WaveDecision]:
    """Return up to `limit` decisions on a wave, the last first."""
    statement = select(WaveDecision).where(WaveDecision.wave_id == wave_id)
    if before is not None:
        statement = statement.where(WaveDecision.number < before)
    statement = statement.order_by(WaveDecision.number.desc()).limit(limit)
    return (await session.scalars(statement)).all()
