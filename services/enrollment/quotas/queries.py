"""Reads of quotas."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.classes.tables import Class
from services.enrollment.quotas.rules import Limit, Quota, WaveQuotas
from services.enrollment.quotas.tables import WaveQuota
from shared.schemas.enrollment import ClassState


async def quotas_of(
    session: AsyncSession, wave_ids: Collection[UUID], *, for_update: bool = False
) -> Sequence[WaveQuota]:
    """Return the quotas of some waves by id; locked and fresh when seats are about to move.

    Whoever locks them has locked the classes before: that is the order for everybody.
    """
    statement = select(WaveQuota).where(WaveQuota.wave_id.in_(wave_ids)).order_by(WaveQuota.id)
    if for_update:
        statement = statement.with_for_update(key_share=True).execution_options(
            populate_existing=True
        )
    return (await session.scalars(statement)).all()


async def limits_of(
    session: AsyncSession, rows: Sequence[WaveQuota], *, now: datetime
) -> WaveQuotas:
    """Return how far quotas are used up; those that still keep seats know the size of the wave."""
    keeping = {row.wave_id for row in rows if row.release_at is not None and row.release_at > now}
    sizes = await _sizes(session, keeping) if keeping else {}
    limits = []
    for row in rows:
        held, capacity = sizes.get(row.wave_id, (0, 0))
        quota = Quota(
            row.id, row.wave_id, row.dimension, row.value, row.kind, row.seats, row.release_at
        )
        limits.append(Limit(quota, row.taken, held=held, capacity=capacity))
    return WaveQuotas(limits)


async def _sizes(session: AsyncSession, wave_ids: Collection[UUID]) -> dict[UUID, tuple[int, int]]:
    """Return how many seats of some waves are held, and how many there are."""
    statement = (
        select(Class.wave_id, func.sum(Class.taken), func.sum(Class.capacity))
        .where(Class.wave_id.in_(wave_ids), Class.state != ClassState.CANCELLED)
        .group_by(Class.wave_id)
    )
    return {row[0]: (row[1], row[2]) for row in (await session.execute(statement)).all()}


async def read_quotas(session: AsyncSession, wave_id: UUID, *, now: datetime) -> WaveQuotas:
    """Return how far the quotas of a wave are used up at this moment, without locking them."""
    return await limits_of(session, await quotas_of(session, [wave_id]), now=now)
