"""Changes to equipment, each within the caller's transaction."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.base import Event
from services.registry.equipment import queries
from services.registry.equipment.rules import EquipmentSpaceUnknownError
from services.registry.equipment.schemas import EquipmentChange, EquipmentCreate
from services.registry.equipment.tables import Equipment
from services.registry.facilities.operations import of_facility
from services.registry.facilities.queries import get_open_facility_for_change
from services.registry.facilities.rules import DetailIdTakenError
from services.registry.spaces.queries import spaces_of
from shared.db.base import translate
from shared.db.events import emit
from shared.db.within import place_of
from shared.errors import ServiceError
from shared.ids import new_id
from shared.schemas.registry import EquipmentChanged, EquipmentStock, Topic
from shared.scope import Scope

_REFUSALS: Final[dict[str, type[ServiceError]]] = {"pk_equipment": DetailIdTakenError}


async def add_equipment(
    session: AsyncSession, facility_id: UUID, body: EquipmentCreate, *, scope: Scope, now: datetime
) -> Equipment:
    """Add equipment to a facility and tell the other services.

    Raises:
        FacilityNotFoundError: when there is no such facility.
        OutOfScopeError: when it lies outside the caller's scope.
        FacilityClosedError: when it is closed.
        EquipmentSpaceUnknownError: when the space is none of the facility's.
        DetailIdTakenError: when the id is in use.
    """
    facility = await get_open_facility_for_change(session, facility_id, scope=scope)
    await _check_space(session, facility_id, body.space_id)
    equipment = Equipment(
        **{**body.model_dump(), "id": body.id or new_id()},
        **of_facility(facility),
        version=1,
        created_at=now,
        updated_at=now,
    )
    session.add(equipment)
    try:
        await session.flush()
    except IntegrityError as error:
        raise translate(error, _REFUSALS) from error
    await _tell(session, equipment, before=None, after=stock_of(equipment), now=now)
    return equipment


async def get_equipment_for_change(
    session: AsyncSession, facility_id: UUID, equipment_id: UUID, *, scope: Scope
) -> Equipment:
    """Return equipment of an open facility that the caller may change, locked.

    Raises:
        FacilityNotFoundError, EquipmentNotFoundError: when there is none such.
        OutOfScopeError: when the facility lies outside the caller's scope.
        FacilityClosedError: when it is closed.
    """
    await get_open_facility_for_change(session, facility_id, scope=scope)
    return await queries.get_equipment(session, facility_id, equipment_id, for_update=True)


async def change_equipment(
    session: AsyncSession, equipment: Equipment, change: EquipmentChange, *, now: datetime
) -> None:
    """Change what the patch names of locked equipment, and tell of it when anything did.

    Raises:
        EquipmentSpaceUnknownError: when the space is none of the facility's.
    """
    said = change.model_dump(exclude_unset=True)
    if all(getattr(equipment, name) == value for name, value in said.items()):
        return
    await _check_space(session, equipment.facility_id, said.get("space_id"))
    before = stock_of(equipment)
    for name, value in said.items():
        setattr(equipment, name, value)
    equipment.version += 1
    equipment.updated_at = now
    await session.flush()
    await _tell(session, equipment, before=before, after=stock_of(equipment), now=now)


async def remove_equipment(session: AsyncSession, equipment: Equipment, *, now: datetime) -> None:
    """Take locked equipment off a facility's list, and tell of it."""
    equipment.version += 1
    await _tell(session, equipment, before=stock_of(equipment), after=None, now=now)
    await session.delete(equipment)
    await session.flush()


def stock_of(equipment: Equipment) -> EquipmentStock:
    """Return what equipment counts as."""
    return EquipmentStock(
        trade=equipment.trade, quantity=equipment.quantity, condition=equipment.condition
    )


async def _check_space(session: AsyncSession, facility_id: UUID, space_id: UUID | None) -> None:
    if space_id is not None:
        spaces = await spaces_of(session, [facility_id])
        if space_id not in {space.id for space in spaces}:
            raise EquipmentSpaceUnknownError(pointer="/space_id")


async def _tell(
    session: AsyncSession,
    equipment: Equipment,
    *,
    before: EquipmentStock | None,
    after: EquipmentStock | None,
    now: datetime,
) -> None:
    await emit(
        session,
        Event,
        topic=Topic.FACILITY_EQUIPMENT_CHANGED,
        stream_id=equipment.id,
        event=EquipmentChanged(
            facility_id=equipment.facility_id,
            equipment_id=equipment.id,
            before=before,
            after=after,
        ),
        place=place_of(equipment),
        occurred_at=now,
        version=equipment.version,
    )
