"""HTTP face of what institutions are to facilities, and of what they commit themselves to."""

from datetime import date
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Path, Query, Request, Response, status

from services.registry.access.rules import OutOfScopeError
from services.registry.areas.schemas import RegionCode
from services.registry.base import Idempotency
from services.registry.facilities.queries import get_facility, get_facility_for_change
from services.registry.facilities.rules import FacilityNotFoundError
from services.registry.facility_roles import operations, queries, rules
from services.registry.facility_roles.queries import RoleFilter
from services.registry.facility_roles.schemas import RoleCreate, RoleEnd, RoleRead
from services.registry.institutions.rules import InstitutionEndedError, InstitutionUnknownError
from shared.schemas.paging import Page
from shared.scope import Permission
from shared.web.auth import Caller, Requires
from shared.web.etag import etag_of
from shared.web.now import Now
from shared.web.once import OnceDep, answer_once
from shared.web.openapi import problems
from shared.web.paging import CursorInvalidError, PageArgs, page_of
from shared.web.session import SessionDep

router = APIRouter(prefix="/facilities/{facility_id}/institutions", tags=["facility-roles"])
commitments_router = APIRouter(prefix="/hiring-commitments", tags=["facility-roles"])

FacilityId = Annotated[UUID, Path(description="The facility's identifier.")]
RoleId = Annotated[UUID, Path(description="The role's identifier.")]
RegistryReader = Annotated[Caller, Depends(Requires(Permission.REGISTRY_READ))]
RoleWriter = Annotated[Caller, Depends(Requires(Permission.INSTITUTIONS_WRITE))]
OnDay = Annotated[date | None, Query(description="Held on this day.")]

_EXAMPLE: Final = {
    "institution_id": "01a1f0c8-6c1e-7bd2-9f3a-5f0c6d2b7e11",
    "role": "HIRING_PARTNER",
    "valid_from": "2027-01-01",
    "hires": 120,
    "hires_by": "2027-12-31",
}


@router.get("", responses=problems(FacilityNotFoundError, CursorInvalidError))
async def list_facility_roles(
    request: Request,
    session: SessionDep,
    _: RegistryReader,
    facility_id: FacilityId,
    page: PageArgs,
    on: OnDay = None,
) -> Page[RoleRead]:
    """List what institutions are, or were, to a facility."""
    await get_facility(session, facility_id)
    wanted = RoleFilter(facility_id=facility_id, on=on)
    after = None if page.after is None else UUID(str(page.after[0]))
    rows = await queries.list_roles(session, wanted, after=after, limit=page.fetch)
    return page_of(request, rows, page.limit, key=lambda row: [str(row.id)], read=RoleRead)


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    response_model=RoleRead,
    responses=problems(
        FacilityNotFoundError,
        OutOfScopeError,
        InstitutionUnknownError,
        InstitutionEndedError,
        rules.RolePeriodInvalidError,
        rules.CommitmentRefusedError,
        rules.RoleOverlapsError,
        rules.RoleIdTakenError,
    ),
)
async def state_facility_role(
    session: SessionDep,
    caller: RoleWriter,
    once: OnceDep,
    facility_id: FacilityId,
    now: Now,
    body: Annotated[RoleCreate, Body(examples=[_EXAMPLE])],
) -> Response:
    """State what an institution is to a facility within the caller's scope."""

    async def work() -> RoleRead:
        role = await operations.state_role(session, facility_id, body, scope=caller.scope, now=now)
        return await queries.get_role(session, facility_id, role.id)

    return await answer_once(
        session,
        Idempotency,
        once,
        work,
        status=status.HTTP_201_CREATED,
        etag=lambda role: etag_of(role.version),
    )


@router.post(
    "/{role_id}/end",
    response_model=RoleRead,
    responses=problems(
        FacilityNotFoundError,
        OutOfScopeError,
        rules.RoleNotFoundError,
        rules.RolePeriodInvalidError,
        rules.RoleOverlapsError,
    ),
)
async def end_facility_role(
    *,
    session: SessionDep,
    caller: RoleWriter,
    once: OnceDep,
    facility_id: FacilityId,
    role_id: RoleId,
    now: Now,
    body: Annotated[RoleEnd, Body(examples=[{"valid_to": "2027-06-30"}])],
) -> Response:
    """Give a role its last day."""

    async def work() -> RoleRead:
        await get_facility_for_change(session, facility_id, scope=caller.scope)
        role = await queries.get_role_for_change(session, facility_id, role_id)
        await operations.end_role(session, role, valid_to=body.valid_to, now=now)
        return await queries.get_role(session, facility_id, role_id)

    return await answer_once(
        session, Idempotency, once, work, etag=lambda role: etag_of(role.version)
    )


@commitments_router.get("", responses=problems(CursorInvalidError))
async def list_hiring_commitments(
    *,
    request: Request,
    session: SessionDep,
    _: RegistryReader,
    page: PageArgs,
    institution_id: Annotated[UUID | None, Query(description="Of this partner.")] = None,
    facility_id: Annotated[UUID | None, Query(description="For this facility.")] = None,
    area: Annotated[RegionCode | None, Query()] = None,
    on: OnDay = None,
) -> Page[RoleRead]:
    """List how many graduates hiring partners have committed to hire, the earliest day first."""
    wanted = RoleFilter(facility_id=facility_id, institution_id=institution_id, area=area, on=on)
    after = None
    if page.after is not None:
        after = date.fromisoformat(str(page.after[0])), UUID(str(page.after[1]))
    rows = await queries.list_commitments(session, wanted, after=after, limit=page.fetch)
    return page_of(
        request,
        rows,
        page.limit,
        key=lambda row: [str(row.hires_by), str(row.id)],
        read=RoleRead,
    )
