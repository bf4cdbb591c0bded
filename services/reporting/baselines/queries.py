"""Reads of the register; it is the whole country's, and nothing in it is personal."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.reporting.baselines.rules import BaselineNotFoundError
from services.reporting.baselines.tables import Baseline, BaselineVersion


async def list_baselines(
    session: AsyncSession, *, after: str | None, limit: int
) -> Sequence[Baseline]:
    """Return up to `limit` figures that follow code `after`, in the order of their codes."""
    statement = select(Baseline).order_by(Baseline.code).limit(limit)
    if after is not None:
        statement = statement.where(Baseline.code > after)
    return (await session.scalars(statement)).all()


async def get_baseline(
    session: AsyncSession, baseline_id: UUID, *, for_update: bool = False
) -> Baseline:
    """Return one figure, locked if it is to be corrected.

    Raises:
        BaselineNotFoundError: when there is none of this id.
    """
    baseline = await session.get(Baseline, baseline_id, with_for_update=for_update or None)
    if baseline is None:
        raise BaselineNotFoundError
    return baseline


async def list_versions(
    session: AsyncSession, baseline_id: UUID, *, after: int | None, limit: int
) -> Sequence[BaselineVersion]:
    """Return up to `limit` earlier versions of a figure, the first one first."""
    statement = (
        select(BaselineVersion)
        .where(BaselineVersion.baseline_id == baseline_id)
        .order_by(BaselineVersion.version)
        .limit(limit)
    )
    if after is not None:
        statement = statement.where(BaselineVersion.version > after)
    return (await session.scalars(statement)).all()
