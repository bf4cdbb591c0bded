"""Changes to shifts, each within the caller's transaction."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.base import Event
from services.registry.facilities.operations import of_facility
from services.registry.facilities.queries import get_open_facility_for_change
from services.registry.facilities.rules import DetailIdTakenError
from services.registry.shifts import queries
from services.registry.shifts.rules import ShiftNameTakenError, check_hours
from services.registry.shifts.schemas import ShiftChange, ShiftCreate
from services.registry.shifts.tables import FacilityShift
from shared.db.base import translate
from shared.db.events import emit
from shared.db.within import place_of
from shared.errors import ServiceError
from shared.ids import new_id
from shared.schemas.registry import ShiftsChanged, Topic
from shared.scope import Scope

_REFUSALS: Final[dict[str, type[ServiceError]]] = {
    "pk_facility_shift": DetailIdTakenError,
    "uq_facility_shift_facility_id_name": ShiftNameTakenError,
}


async def add_shift(
    session: AsyncSession, facility_id: UUID, body: ShiftCreate, *, scope: Scope, now: datetime
) -> FacilityShift:
    """Add a shift to a facility and tell the other services.

    Raises:
        FacilityNotFoundError: when there is no such facility.
        OutOfScopeError: when it lies outside the caller's scope.
        FacilityClosedError: when it is closed.
        ShiftHoursInvalidError: when it ends before it starts.
        ShiftNameTakenError, DetailIdTakenError: when it is there already.
    """
    facility = await get_open_facility_for_change(session, facility_id, scope=scope)
    check_hours(starts=body.starts, ends=body.ends)
    shift = FacilityShift(
        **{**body.model_dump(), "id": body.id or new_id()},
        **of_facility(facility),
        version=1,
        created_at=now,
        updated_at=now,
    )
    session.add(shift)
    await _flush(session)
    await _tell(session, shift, capacity=shift.capacity, now=now)
    return shift


async def get_shift_for_change(
    session: AsyncSession, facility_id: UUID, shift_id: UUID, *, scope: Scope
) -> FacilityShift:
    """Return a shift of an open facility that the caller may change, locked.

    Raises:
        FacilityNotFoundError, ShiftNotFoundError: when there is none such.
        OutOfScopeError: when the facility lies outside the caller's scope.
        FacilityClosedError: when it is closed.
    """
    await get_open_facility_for_change(session, facility_id, scope=scope)
    return await queries.get_shift(session, facility_id, shift_id, for_update=True)


async def change_shift(
    session: AsyncSession, shift: FacilityShift, change: ShiftChange, *, now: datetime
) -> None:
    """Change what the patch names of a locked shift, and tell of it when anything did.

    Raises:
        ShiftHoursInvalidError: when it would end before it starts.
        ShiftNameTakenError: when another shift of the facility has the name.
    """
    said = change.model_dump(exclude_unset=True)
    if all(getattr(shift, name) == value for name, value in said.items()):
        return
    check_hours(starts=said.get("starts", shift.starts), ends=said.get("ends", shift.ends))
    for name, value in said.items():
        setattr(shift, name, value)
    shift.version += 1
    shift.updated_at = now
    await _flush(session)
    await _tell(session, shift, capacity=shift.capacity, now=now)


async def remove_shift(session: AsyncSession, shift: FacilityShift, *, now: datetime) -> None:
    """Take a locked shift away from its facility, and tell of it."""
    shift.version += 1
    await _tell(session, shift, capacity=None, now=now)
    await session.delete(shift)
    await session.flush()


async def _flush(session: AsyncSession) -> None:
    try:
        await session.flush()
    except IntegrityError as error:
        raise translate(error, _REFUSALS) from error


async def _tell(
    session: AsyncSession, shift: FacilityShift, *, capacity: int | None, now: datetime
) -> None:
    await emit(
        session,
        Event,
        topic=Topic.FACILITY_SHIFTS_CHANGED,
        stream_id=shift.id,
        event=ShiftsChanged(
            facility_id=shift.facility_id, shift_id=shift.id, name=shift.name, capacity=capacity
        ),
        place=place_of(shift),
        occurred_at=now,
        version=shift.version,
    )
