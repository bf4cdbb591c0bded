"""Reads of codes of other registers; they are nation-wide."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.facility_codes.tables import FacilityCode


async def list_codes(
    session: AsyncSession, facility_id: UUID, *, after: tuple[str, UUID] | None, limit: int
) -> Sequence[FacilityCode]:
    """Return up to `limit` codes of a facility, ended ones too, by scheme in the order they came.

    `after` is scheme and id of the one before.
    """
    statement = (
        select(FacilityCode)
        .where(FacilityCode.facility_id == facility_id)
        .order_by(FacilityCode.scheme, FacilityCode.id)
        .limit(limit)
    )
    if after is not None:
        statement = statement.where(tuple_(FacilityCode.scheme, FacilityCode.id) > after)
    return (await session.scalars(statement)).all()


async def open_codes(
    session: AsyncSession, facility_id: UUID, *, scheme: str
) -> Sequence[FacilityCode]:
    """Return the codes of a facility in a scheme whose end is not known, locked, in key order."""
    statement = (
        select(FacilityCode)
        .where(
            FacilityCode.facility_id == facility_id,
            FacilityCode.scheme == scheme,
            FacilityCode.valid_to.is_(None),
        )
        .order_by(FacilityCode.id)
        .with_for_update()
    )
    return (await session.scalars(statement)).all()
