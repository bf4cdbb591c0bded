"""The counters of quotas, each change within the caller's transaction."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.quotas import queries
from services.enrollment.quotas.rules import WaveQuotas
from services.enrollment.quotas.tables import WaveQuota


class LockedQuotas(WaveQuotas):
    """The quotas of some waves, locked until the transaction ends; `keep` writes what has moved."""

    def __init__(self, quotas: WaveQuotas, rows: Sequence[WaveQuota]) -> None:
        super().__init__(quotas.limits)
        self._rows = rows

    def keep(self) -> None:
        """Write down how many members hold a seat now."""
        for row, limit in zip(self._rows, self.limits, strict=True):
            row.taken = limit.taken


async def lock_quotas(
    session: AsyncSession, wave_ids: Collection[UUID], *, now: datetime
) -> LockedQuotas:
    """Lock the quotas of the waves of classes that are locked already; there may be none."""
    await session.flush()
    rows = await queries.quotas_of(session, wave_ids, for_update=True)
    return LockedQuotas(await queries.limits_of(session, rows, now=now), rows)
