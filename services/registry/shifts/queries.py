"""Reads of shifts; they are nation-wide."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.shifts.rules import ShiftNotFoundError
from services.registry.shifts.tables import FacilityShift


async def list_shifts(
    session: AsyncSession, facility_id: UUID, *, after: str | None, limit: int
) -> Sequence[FacilityShift]:
    """Return up to `limit` shifts of a facility that follow name `after`, in that order."""
    statement = (
        select(FacilityShift)
        .where(FacilityShift.facility_id == facility_id)
        .order_by(FacilityShift.name)
        .limit(limit)
    )
    if after is not None:
        statement = statement.where(FacilityShift.name > after)
    return (await session.scalars(statement)).all()


async def get_shift(
    session: AsyncSession, facility_id: UUID, shift_id: UUID, *, for_update: bool = False
) -> FacilityShift:
    """Return one shift of a facility, locked if it may change.

    Raises:
        ShiftNotFoundError: when the facility has none of this id.
    """
    statement = select(FacilityShift).where(
        FacilityShift.id == shift_id, FacilityShift.facility_id == facility_id
    )
    shift = await session.scalar(statement.with_for_update() if for_update else statement)
    if shift is None:
        raise ShiftNotFoundError
    return shift
