"""HTTP face of shifts."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Path, Request, Response, status

from services.registry.access.rules import OutOfScopeError
from services.registry.base import Idempotency
from services.registry.facilities.queries import get_facility
from services.registry.facilities.rules import (
    DetailIdTakenError,
    FacilityClosedError,
    FacilityNotFoundError,
)
from services.registry.shifts import operations, queries
from services.registry.shifts.rules import (
    ShiftHoursInvalidError,
    ShiftNameTakenError,
    ShiftNotFoundError,
)
from services.registry.shifts.schemas import ShiftChange, ShiftCreate, ShiftRead
from services.registry.shifts.tables import FacilityShift
from shared.schemas.paging import Page
from shared.scope import Permission
from shared.web.auth import Caller, Requires
from shared.web.etag import IfMatch, check_match, etag_of, not_modified
from shared.web.now import Now
from shared.web.once import OnceDep, answer_once
from shared.web.openapi import problems
from shared.web.paging import CursorInvalidError, PageArgs, page_of
from shared.web.session import SessionDep

router = APIRouter(prefix="/facilities/{facility_id}/shifts", tags=["shifts"])

FacilityId = Annotated[UUID, Path(description="The facility's identifier.")]
ShiftId = Annotated[UUID, Path(description="The shift's identifier.")]
RegistryReader = Annotated[Caller, Depends(Requires(Permission.REGISTRY_READ))]
CenterWriter = Annotated[Caller, Depends(Requires(Permission.SPACES_WRITE))]

_EXAMPLE: Final = {"name": "MORNING", "starts": "08:00", "ends": "12:00", "capacity": 48}
_REFUSED: Final = (FacilityNotFoundError, OutOfScopeError, FacilityClosedError)


@router.get("", responses=problems(FacilityNotFoundError, CursorInvalidError))
async def list_shifts(
    request: Request,
    session: SessionDep,
    _: RegistryReader,
    facility_id: FacilityId,
    page: PageArgs,
) -> Page[ShiftRead]:
    """List the shifts of a facility in the order of their names."""
    await get_facility(session, facility_id)
    rows = await queries.list_shifts(session, facility_id, after=page.after_text, limit=page.fetch)
    return page_of(request, rows, page.limit, key=lambda row: [row.name], read=ShiftRead)


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    response_model=ShiftRead,
    responses=problems(*_REFUSED, ShiftHoursInvalidError, ShiftNameTakenError, DetailIdTakenError),
)
async def add_shift(
    session: SessionDep,
    caller: CenterWriter,
    once: OnceDep,
    now: Now,
    facility_id: FacilityId,
    body: Annotated[ShiftCreate, Body(examples=[_EXAMPLE])],
) -> Response:
    """Add a shift to a facility within the caller's scope."""

    async def work() -> ShiftRead:
        shift = await operations.add_shift(session, facility_id, body, scope=caller.scope, now=now)
        return ShiftRead.model_validate(shift)

    return await answer_once(
        session,
        Idempotency,
        once,
        work,
        status=status.HTTP_201_CREATED,
        location=lambda each: f"/v1/facilities/{facility_id}/shifts/{each.id}",
        etag=lambda each: etag_of(each.version),
    )


@router.get(
    "/{shift_id}",
    response_model=ShiftRead,
    responses={**problems(ShiftNotFoundError), 304: {"description": "Not Modified"}},
)
async def get_shift(
    request: Request,
    session: SessionDep,
    _: RegistryReader,
    facility_id: FacilityId,
    shift_id: ShiftId,
) -> Response:
    """Return one shift of a facility."""
    shift = await queries.get_shift(session, facility_id, shift_id)
    return not_modified(request, etag_of(shift.version)) or _answer(shift)


@router.patch(
    "/{shift_id}",
    response_model=ShiftRead,
    responses=problems(*_REFUSED, ShiftNotFoundError, ShiftHoursInvalidError, ShiftNameTakenError),
)
async def change_shift(
    *,
    session: SessionDep,
    caller: CenterWriter,
    facility_id: FacilityId,
    shift_id: ShiftId,
    if_match: IfMatch,
    now: Now,
    body: Annotated[
        ShiftChange,
        Body(
            media_type="application/merge-patch+json",
            examples=[{"ends": "16:00", "capacity": 40}],
        ),
    ],
) -> Response:
    """Change the members that the merge patch names; If-Match carries the version that was read."""
    shift = await operations.get_shift_for_change(
        session, facility_id, shift_id, scope=caller.scope
    )
    check_match(if_match, shift.version)
    await operations.change_shift(session, shift, body, now=now)
    return _answer(shift)


@router.delete(
    "/{shift_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problems(*_REFUSED, ShiftNotFoundError),
)
async def remove_shift(
    session: SessionDep,
    caller: CenterWriter,
    facility_id: FacilityId,
    shift_id: ShiftId,
    if_match: IfMatch,
    now: Now,
) -> None:
    """Take a shift away from a facility."""
    shift = await operations.get_shift_for_change(
        session, facility_id, shift_id, scope=caller.scope
    )
    check_match(if_match, shift.version)
    await operations.remove_shift(session, shift, now=now)


def _answer(shift: FacilityShift) -> Response:
    return Response(
        ShiftRead.model_validate(shift).model_dump_json(),
        media_type="application/json",
        headers={"ETag": etag_of(shift.version)},
    )
