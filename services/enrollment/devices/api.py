"""HTTP face of devices."""

from http import HTTPStatus
from typing import Annotated, TypeAlias
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Path, Query, Request
from starlette.responses import Response

from services.enrollment.base import Idempotency
from services.enrollment.devices import operations, queries, rules
from services.enrollment.devices.schemas import DeviceCreate, DeviceRead
from services.enrollment.devices.tables import Device
from services.enrollment.facility_packs.rules import FacilityUnknownError
from shared.schemas.paging import Page
from shared.scope import Permission
from shared.web.auth import Caller, Requires
from shared.web.etag import etag_of
from shared.web.now import Now
from shared.web.once import OnceDep, answer_once
from shared.web.openapi import problems
from shared.web.paging import CursorInvalidError, PageArgs, PageRequest, page_of
from shared.web.session import SessionDep

router = APIRouter(tags=["offline"])

SyncUser: TypeAlias = Annotated[Caller, Depends(Requires(Permission.SYNC_USE))]
DeviceId: TypeAlias = Annotated[UUID, Path(description="The device.")]
FacilityQuery: TypeAlias = Annotated[UUID, Query(description="The centre that they are used for.")]
DeviceBody: TypeAlias = Annotated[
    DeviceCreate,
    Body(
        examples=[{"id": "01a1f0c8-6c1e-7bd2-9f3a-5f0c6d2b7e21", "label": "HP balai, sampul biru"}]
    ),
]


@router.post(
    "/me/devices",
    status_code=HTTPStatus.CREATED,
    response_model=DeviceRead,
    responses=problems(FacilityUnknownError, rules.DeviceIdTakenError),
)
async def register_device(
    session: SessionDep, *, caller: SyncUser, body: DeviceBody, once: OnceDep, now: Now
) -> Response:
    """Register a device of one's own; only what it then sends under its id is taken."""

    async def work() -> DeviceRead:
        device = await operations.register_device(
            session, body=body, owner=caller.actor.name, scope=caller.scope, now=now
        )
        return DeviceRead.model_validate(device)

    return await answer_once(
        session,
        Idempotency,
        once,
        work,
        status=HTTPStatus.CREATED,
        etag=lambda device: etag_of(device.version),
    )


@router.get("/me/devices", responses=problems(CursorInvalidError))
async def list_own_devices(
    request: Request, session: SessionDep, caller: SyncUser, page: PageArgs
) -> Page[DeviceRead]:
    """List one's own devices, the revoked ones too, in the order of their ids."""
    rows = await queries.list_own_devices(
        session, owner=caller.actor.name, after=_after(page), limit=page.fetch
    )
    return page_of(request, rows, page.limit, key=_key, read=DeviceRead)


@router.get("/devices", responses=problems(FacilityUnknownError, CursorInvalidError))
async def list_devices(
    request: Request,
    session: SessionDep,
    *,
    caller: SyncUser,
    facility_id: FacilityQuery,
    page: PageArgs,
) -> Page[DeviceRead]:
    """List the devices that are used for a centre that the caller runs, in the order of ids."""
    rows = await queries.list_devices_of(
        session, facility_id, scope=caller.scope, after=_after(page), limit=page.fetch
    )
    return page_of(request, rows, page.limit, key=_key, read=DeviceRead)


@router.post(
    "/devices/{device_id}/revoke",
    response_model=DeviceRead,
    responses=problems(rules.DeviceUnknownError, rules.DeviceAlreadyRevokedError),
)
async def revoke_device(
    session: SessionDep, *, caller: SyncUser, device_id: DeviceId, once: OnceDep, now: Now
) -> Response:
    """Revoke a device: one's own, or one that is used for a centre that the caller runs.

    Nothing that it sends is taken from then on, and it is told to delete what it holds.
    """

    async def work() -> DeviceRead:
        device = await operations.revoke_device(
            session, device_id, by=caller.actor.name, scope=caller.scope, now=now
        )
        return DeviceRead.model_validate(device)

    return await answer_once(
        session, Idempotency, once, work, etag=lambda device: etag_of(device.version)
    )


def _after(page: PageRequest) -> UUID | None:
    return None if page.after is None else UUID(str(page.after[0]))


def _key(row: Device) -> list[str]:
    return [str(row.id)]
