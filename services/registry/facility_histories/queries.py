"""Reads of how facilities stood."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.facilities.tables import FacilityPeriod


async def list_periods(
    session: AsyncSession,
    facility_id: UUID,
    *,
    changed: str | None,
    at: datetime | None,
    before: int | None,
    limit: int,
) -> Sequence[FacilityPeriod]:
    """Return up to `limit` periods of a facility that begin before a version, the latest first.

    `changed` narrows them to those that begin with a change of one fact, `at` to the one that held
    at a moment.
    """
    statement = (
        select(FacilityPeriod)
        .where(FacilityPeriod.facility_id == facility_id)
        .order_by(FacilityPeriod.version.desc())
        .limit(limit)
    )
    if changed is not None:
        statement = statement.where(FacilityPeriod.changed.contains([changed]))
    if at is not None:
        statement = statement.where(
            FacilityPeriod.valid_from <= at,
            or_(FacilityPeriod.valid_to.is_(None), FacilityPeriod.valid_to > at),
        )
    if before is not None:
        statement = statement.where(FacilityPeriod.version < before)
    return (await session.scalars(statement)).all()
