"""Reads of equipment; they are nation-wide."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.areas.queries import named_like
from services.registry.equipment.rules import EquipmentCondition, EquipmentNotFoundError
from services.registry.equipment.tables import Equipment


@dataclass(frozen=True, slots=True)
class EquipmentFilter:
    """What a facility's equipment is narrowed to; `q` is found in names, misspelt ones too."""

    trade: str | None = None
    condition: EquipmentCondition | None = None
    space_id: UUID | None = None
    asset_code: str | None = None
    q: str | None = None


async def list_equipment(
    session: AsyncSession,
    facility_id: UUID,
    wanted: EquipmentFilter,
    *,
    after: tuple[str, UUID] | None,
    limit: int,
) -> Sequence[Equipment]:
    """Return up to `limit` rows of a facility that follow name and id `after`, in that order."""
    statement = (
        select(Equipment)
        .where(Equipment.facility_id == facility_id)
        .order_by(Equipment.name, Equipment.id)
        .limit(limit)
    )
    for name in ("trade", "condition", "space_id", "asset_code"):
        value = getattr(wanted, name)
        if value is not None:
            statement = statement.where(getattr(Equipment, name) == value)
    if wanted.q is not None:
        statement = statement.where(named_like(Equipment.name, wanted.q))
    if after is not None:
        statement = statement.where(tuple_(Equipment.name, Equipment.id) > after)
    return (await session.scalars(statement)).all()


async def get_equipment(
    session: AsyncSession, facility_id: UUID, equipment_id: UUID, *, for_update: bool = False
) -> Equipment:
    """Return one row of a facility's equipment, locked if it may change.

    Raises:
        EquipmentNotFoundError: when the facility has none of this id.
    """
    statement = select(Equipment).where(
        Equipment.id == equipment_id, Equipment.facility_id == facility_id
    )
    equipment = await session.scalar(statement.with_for_update() if for_update else statement)
    if equipment is None:
        raise EquipmentNotFoundError
    return equipment
