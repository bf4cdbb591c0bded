"""Reads of devices."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.devices.rules import DeviceUnknownError
from services.enrollment.devices.tables import Device
from services.enrollment.facility_packs.queries import check_runs
from services.enrollment.facility_packs.rules import FacilityUnknownError
from shared.scope import Scope


def _own(device_id: UUID, owner: str) -> Select[Device]:
    return select(Device).where(Device.id == device_id, Device.owner == owner)


async def get_own_device(
    session: AsyncSession, device_id: UUID, *, owner: str, keep: bool = False
) -> Device:
    """Return a device of the login `owner`; with `keep` nobody revokes it before the commit.

    Raises:
        DeviceUnknownError: when he has none with this id.
    """
    statement = _own(device_id, owner)
    if keep:
        statement = statement.with_for_update(read=True)
    found = await session.scalar(statement)
    if found is None:
        raise DeviceUnknownError
    return found


async def get_device_to_revoke(
    session: AsyncSession, device_id: UUID, *, owner: str, scope: Scope
) -> Device:
    """Return a device that the caller may revoke, locked: his own, or one of his facilities.

    Raises:
        DeviceUnknownError: when there is none, or it is used for a centre that he does not run.
    """
    found = await session.scalar(select(Device).where(Device.id == device_id).with_for_update())
    if found is None:
        raise DeviceUnknownError
    if found.owner == owner or scope.national:
        return found
    if found.facility_id is None:
        raise DeviceUnknownError
    try:
        await check_runs(session, found.facility_id, scope=scope)
    except FacilityUnknownError as error:
        raise DeviceUnknownError from error
    return found


async def list_own_devices(
    session: AsyncSession, *, owner: str, after: UUID | None, limit: int
) -> Sequence[Device]:
    """Return up to `limit` devices of a login that follow `after`, by id."""
    return await _page(session, select(Device).where(Device.owner == owner), after, limit)


async def list_devices_of(
    session: AsyncSession, facility_id: UUID, *, scope: Scope, after: UUID | None, limit: int
) -> Sequence[Device]:
    """Return up to `limit` devices that are used for a facility and follow `after`, by id.

    Raises:
        FacilityUnknownError: when the caller does not run it.
    """
    await check_runs(session, facility_id, scope=scope)
    of = select(Device).where(Device.facility_id == facility_id)
    return await _page(session, of, after, limit)


async def _page(
    session: AsyncSession, statement: Select[Device], after: UUID | None, limit: int
) -> Sequence[Device]:
    if after is not None:
        statement = statement.where(Device.id > after)
    return (await session.scalars(statement.order_by(Device.id).limit(limit))).all()
