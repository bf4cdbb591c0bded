"""HTTP face of equipment."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Path, Query, Request, Response, status

from services.registry.access.rules import OutOfScopeError
from services.registry.base import Idempotency
from services.registry.equipment import operations, queries
from services.registry.equipment.queries import EquipmentFilter
from services.registry.equipment.rules import (
    EquipmentCondition,
    EquipmentNotFoundError,
    EquipmentSpaceUnknownError,
)
from services.registry.equipment.schemas import EquipmentChange, EquipmentCreate, EquipmentRead
from services.registry.equipment.tables import Equipment
from services.registry.facilities.queries import get_facility
from services.registry.facilities.rules import (
    DetailIdTakenError,
    FacilityClosedError,
    FacilityNotFoundError,
)
from services.registry.facilities.schemas import TradeCode
from shared.schemas.paging import Page
from shared.scope import Permission
from shared.web.auth import Caller, Requires
from shared.web.etag import IfMatch, check_match, etag_of, not_modified
from shared.web.now import Now
from shared.web.once import OnceDep, answer_once
from shared.web.openapi import problems
from shared.web.paging import CursorInvalidError, PageArgs, page_of
from shared.web.session import SessionDep

router = APIRouter(prefix="/facilities/{facility_id}/equipment", tags=["equipment"])

FacilityId = Annotated[UUID, Path(description="The facility's identifier.")]
EquipmentId = Annotated[UUID, Path(description="The equipment's identifier.")]
RegistryReader = Annotated[Caller, Depends(Requires(Permission.REGISTRY_READ))]
CenterWriter = Annotated[Caller, Depends(Requires(Permission.SPACES_WRITE))]

_EXAMPLE: Final = {
    "name": "Mesin las SMAW",
    "trade": "WELDING",
    "quantity": 8,
    "condition": "GOOD",
    "asset_code": "3.08.01.41.001",
}
_REFUSED: Final = (FacilityNotFoundError, OutOfScopeError, FacilityClosedError)


async def _wanted(
    trade: Annotated[TradeCode | None, Query()] = None,
    condition: Annotated[EquipmentCondition | None, Query()] = None,
    space_id: Annotated[UUID | None, Query(description="Where it stands.")] = None,
    asset_code: Annotated[str | None, Query(max_length=100)] = None,
    q: Annotated[
        str | None, Query(min_length=3, max_length=100, description="Words of the name.")
    ] = None,
) -> EquipmentFilter:
    return EquipmentFilter(trade, condition, space_id, asset_code, q)


@router.get("", responses=problems(FacilityNotFoundError, CursorInvalidError))
async def list_equipment(
    request: Request,
    session: SessionDep,
    _: RegistryReader,
    facility_id: FacilityId,
    page: PageArgs,
    wanted: Annotated[EquipmentFilter, Depends(_wanted)],
) -> Page[EquipmentRead]:
    """List the equipment of a facility in the order of its names."""
    await get_facility(session, facility_id)
    after = None if page.after is None else (str(page.after[0]), UUID(str(page.after[1])))
    rows = await queries.list_equipment(session, facility_id, wanted, after=after, limit=page.fetch)
    return page_of(
        request, rows, page.limit, key=lambda row: [row.name, str(row.id)], read=EquipmentRead
    )


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    response_model=EquipmentRead,
    responses=problems(*_REFUSED, EquipmentSpaceUnknownError, DetailIdTakenError),
)
async def add_equipment(
    session: SessionDep,
    caller: CenterWriter,
    once: OnceDep,
    now: Now,
    facility_id: FacilityId,
    body: Annotated[EquipmentCreate, Body(examples=[_EXAMPLE])],
) -> Response:
    """Add equipment to a facility within the caller's scope."""

    async def work() -> EquipmentRead:
        equipment = await operations.add_equipment(
            session, facility_id, body, scope=caller.scope, now=now
        )
        return EquipmentRead.model_validate(equipment)

    return await answer_once(
        session,
        Idempotency,
        once,
        work,
        status=status.HTTP_201_CREATED,
        location=lambda each: f"/v1/facilities/{facility_id}/equipment/{each.id}",
        etag=lambda each: etag_of(each.version),
    )


@router.get(
    "/{equipment_id}",
    response_model=EquipmentRead,
    responses={**problems(EquipmentNotFoundError), 304: {"description": "Not Modified"}},
)
async def get_equipment(
    request: Request,
    session: SessionDep,
    _: RegistryReader,
    facility_id: FacilityId,
    equipment_id: EquipmentId,
) -> Response:
    """Return one row of a facility's equipment."""
    equipment = await queries.get_equipment(session, facility_id, equipment_id)
    return not_modified(request, etag_of(equipment.version)) or _answer(equipment)


@router.patch(
    "/{equipment_id}",
    response_model=EquipmentRead,
    responses=problems(*_REFUSED, EquipmentNotFoundError, EquipmentSpaceUnknownError),
)
async def change_equipment(
    *,
    session: SessionDep,
    caller: CenterWriter,
    facility_id: FacilityId,
    equipment_id: EquipmentId,
    if_match: IfMatch,
    now: Now,
    body: Annotated[
        EquipmentChange,
        Body(
            media_type="application/merge-patch+json",
            examples=[{"quantity": 6, "condition": "MINOR_DAMAGE"}],
        ),
    ],
) -> Response:
    """Change the members that the merge patch names; If-Match carries the version that was read."""
    equipment = await operations.get_equipment_for_change(
        session, facility_id, equipment_id, scope=caller.scope
    )
    check_match(if_match, equipment.version)
    await operations.change_equipment(session, equipment, body, now=now)
    return _answer(equipment)


@router.delete(
    "/{equipment_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problems(*_REFUSED, EquipmentNotFoundError),
)
async def remove_equipment(
    session: SessionDep,
    caller: CenterWriter,
    facility_id: FacilityId,
    equipment_id: EquipmentId,
    if_match: IfMatch,
    now: Now,
) -> None:
    """Take equipment off a facility's list."""
    equipment = await operations.get_equipment_for_change(
        session, facility_id, equipment_id, scope=caller.scope
    )
    check_match(if_match, equipment.version)
    await operations.remove_equipment(session, equipment, now=now)


def _answer(equipment: Equipment) -> Response:
    return Response(
        EquipmentRead.model_validate(equipment).model_dump_json(),
        media_type="application/json",
        headers={"ETag": etag_of(equipment.version)},
    )
