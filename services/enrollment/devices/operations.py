"""Changes to devices, each within the caller's transaction."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.base import Event
from services.enrollment.devices import queries, rules
from services.enrollment.devices.schemas import DeviceCreate
from services.enrollment.devices.tables import Device
from services.enrollment.facility_packs.queries import check_runs
from shared.db.base import translate
from shared.db.events import emit
from shared.ids import new_id
from shared.schemas.enrollment import DeviceRegistered, DeviceRevoked, Topic
from shared.scope import Place, Scope

_REFUSALS: Final = {"pk_device": rules.DeviceIdTakenError}


async def register_device(
    session: AsyncSession, *, body: DeviceCreate, owner: str, scope: Scope, now: datetime
) -> Device:
    """Add a device of a login.

    Raises:
        FacilityUnknownError: when it is to be used for a centre that the caller does not run.
        DeviceIdTakenError: when the id is in use.
    """
    facility_id = body.facility_id or rules.only_facility(scope)
    if body.facility_id is not None:
        await check_runs(session, body.facility_id, scope=scope)
    device = Device(
        id=body.id or new_id(),
        owner=owner,
        label=body.label,
        facility_id=facility_id,
        registered_at=now,
        version=1,
    )
    session.add(device)
    try:
        await session.flush()
    except IntegrityError as error:
        raise translate(error, _REFUSALS) from error
    event = DeviceRegistered(device_id=device.id, facility_id=facility_id)
    await _tell(session, device, topic=Topic.DEVICE_REGISTERED, event=event, now=now)
    return device


async def revoke_device(
    session: AsyncSession, device_id: UUID, *, by: str, scope: Scope, now: datetime
) -> Device:
    """Take nothing from a device any more, and tell it to forget what it holds.

    Raises:
        DeviceUnknownError: when there is none that the caller may revoke.
        DeviceAlreadyRevokedError: when it was revoked before.
    """
    device = await queries.get_device_to_revoke(session, device_id, owner=by, scope=scope)
    rules.check_may_revoke(device.revoked_at)
    device.revoked_at, device.revoked_by = now, by
    device.version += 1
    await session.flush()
    event = DeviceRevoked(device_id=device.id, facility_id=device.facility_id)
    await _tell(session, device, topic=Topic.DEVICE_REVOKED, event=event, now=now)
    return device


async def note_heard(
    session: AsyncSession, device_id: UUID, *, skew_ms: int | None, now: datetime
) -> None:
    """Note when a device was heard of, and how its clock goes when that is known."""
    values: dict[str, object] = {"last_seen_at": now}
    if skew_ms is not None:
        values["skew_ms"] = skew_ms
    await session.execute(
        update(Device)
        .where(Device.id == device_id)
        .values(**values)
        .execution_options(synchronize_session=False)
    )


async def _tell(
    session: AsyncSession,
    device: Device,
    *,
    topic: Topic,
    event: DeviceRegistered | DeviceRevoked,
    now: datetime,
) -> None:
    await emit(
        session,
        Event,
        topic=topic,
        stream_id=device.id,
        event=event,
        place=Place(facility_id=device.facility_id),
        occurred_at=now,
        version=device.version,
    )
