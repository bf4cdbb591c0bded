"""HTTP face of spaces."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Path, Request, Response, status

from services.registry.access.rules import OutOfScopeError
from services.registry.base import Idempotency
from services.registry.facilities.queries import get_facility
from services.registry.facilities.rules import FacilityClosedError, FacilityNotFoundError
from services.registry.spaces import operations, queries
from services.registry.spaces.rules import SpaceIdTakenError, SpaceNameTakenError
from services.registry.spaces.schemas import SpaceCreate, SpaceRead
from shared.schemas.paging import Page
from shared.scope import Permission
from shared.web.auth import Caller, Requires
from shared.web.now import Now
from shared.web.once import OnceDep, answer_once
from shared.web.openapi import problems
from shared.web.paging import CursorInvalidError, PageArgs, page_of
from shared.web.session import SessionDep

router = APIRouter(prefix="/facilities/{facility_id}/spaces", tags=["spaces"])

FacilityId = Annotated[UUID, Path(description="The facility's identifier.")]
RegistryReader = Annotated[Caller, Depends(Requires(Permission.REGISTRY_READ))]
SpaceWriter = Annotated[Caller, Depends(Requires(Permission.SPACES_WRITE))]

_EXAMPLE: Final = {"name": "Bengkel 1", "kind": "WORKSHOP", "capacity": 16}


@router.get("", responses=problems(FacilityNotFoundError, CursorInvalidError))
async def list_spaces(
    request: Request,
    session: SessionDep,
    _: RegistryReader,
    facility_id: FacilityId,
    page: PageArgs,
) -> Page[SpaceRead]:
    """List the spaces of a facility in the order of their names."""
    await get_facility(session, facility_id)
    rows = await queries.list_spaces(session, facility_id, after=page.after_text, limit=page.fetch)
    return page_of(request, rows, page.limit, key=lambda row: [row.name], read=SpaceRead)


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    response_model=SpaceRead,
    responses=problems(
        FacilityNotFoundError,
        OutOfScopeError,
        FacilityClosedError,
        SpaceIdTakenError,
        SpaceNameTakenError,
    ),
)
async def add_space(
    session: SessionDep,
    caller: SpaceWriter,
    once: OnceDep,
    now: Now,
    facility_id: FacilityId,
    body: Annotated[SpaceCreate, Body(examples=[_EXAMPLE])],
) -> Response:
    """Add a space to a facility within the caller's scope."""

    async def work() -> SpaceRead:
        space = await operations.add_space(session, facility_id, body, scope=caller.scope, now=now)
        return SpaceRead.model_validate(space)

    return await answer_once(session, Idempotency, once, work, status=status.HTTP_201_CREATED)
