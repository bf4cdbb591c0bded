"""HTTP face of codes of other registers."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Path, Request, Response, status

from services.registry.access.rules import OutOfScopeError
from services.registry.facilities.queries import get_facility
from services.registry.facilities.rules import FacilityClosedError, FacilityNotFoundError
from services.registry.facility_codes import operations, queries
from services.registry.facility_codes.rules import (
    CodePeriodInvalidError,
    ExternalCodeTakenError,
    FacilityCodeNotFoundError,
)
from services.registry.facility_codes.schemas import FacilityCodeRead, FacilityCodeState
from shared.clock import ledger_day
from shared.schemas.paging import Page
from shared.scope import Permission
from shared.web.auth import Caller, Requires
from shared.web.now import Now
from shared.web.openapi import problems
from shared.web.paging import CursorInvalidError, PageArgs, page_of
from shared.web.session import SessionDep

router = APIRouter(prefix="/facilities/{facility_id}/codes", tags=["facility-codes"])

FacilityId = Annotated[UUID, Path(description="The facility's identifier.")]
Scheme = Annotated[
    str,
    Path(
        pattern=r"^[A-Z][A-Z0-9._-]{1,39}$",
        description="A register, an asset scheme, or the office whose key it is: SIMAK-BMN.",
    ),
]
RegistryReader = Annotated[Caller, Depends(Requires(Permission.REGISTRY_READ))]
FacilityWriter = Annotated[Caller, Depends(Requires(Permission.FACILITIES_WRITE))]

_EXAMPLE: Final = {"code": "0240125001", "valid_from": "2026-05-06"}


@router.get("", responses=problems(FacilityNotFoundError, CursorInvalidError))
async def list_facility_codes(
    request: Request,
    session: SessionDep,
    _: RegistryReader,
    facility_id: FacilityId,
    page: PageArgs,
) -> Page[FacilityCodeRead]:
    """List what a facility is and was called elsewhere, in the order of the schemes.

    `GET /v1/facilities?external_code=SCHEME:CODE` finds a facility by its code.
    """
    await get_facility(session, facility_id)
    after = None if page.after is None else (str(page.after[0]), UUID(str(page.after[1])))
    rows = await queries.list_codes(session, facility_id, after=after, limit=page.fetch)
    return page_of(
        request, rows, page.limit, key=lambda row: [row.scheme, str(row.id)], read=FacilityCodeRead
    )


@router.put(
    "/{scheme}",
    response_model=FacilityCodeRead,
    responses={
        **problems(
            FacilityNotFoundError,
            OutOfScopeError,
            FacilityClosedError,
            CodePeriodInvalidError,
            ExternalCodeTakenError,
        ),
        201: {"description": "Created", "model": FacilityCodeRead},
    },
)
async def state_facility_code(
    session: SessionDep,
    caller: FacilityWriter,
    facility_id: FacilityId,
    scheme: Scheme,
    now: Now,
    body: Annotated[FacilityCodeState, Body(examples=[_EXAMPLE])],
) -> Response:
    """Say what a facility is called in a scheme: 201 when that is new, 200 when it was known.

    It takes no If-Match: an office states its own key, and the former one stays in the list.
    """
    code, new = await operations.state_code(
        session,
        facility_id,
        scheme,
        body,
        scope=caller.scope,
        now=now,
        today=ledger_day(now),
    )
    return Response(
        FacilityCodeRead.model_validate(code).model_dump_json(),
        status_code=status.HTTP_201_CREATED if new else status.HTTP_200_OK,
        media_type="application/json",
    )


@router.delete(
    "/{scheme}",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problems(FacilityNotFoundError, OutOfScopeError, FacilityCodeNotFoundError),
)
async def withdraw_facility_code(
    session: SessionDep,
    caller: FacilityWriter,
    facility_id: FacilityId,
    scheme: Scheme,
    now: Now,
) -> None:
    """End today what a facility is called in a scheme; it takes no If-Match, as above."""
    await operations.withdraw_code(
        session, facility_id, scheme, scope=caller.scope, now=now, today=ledger_day(now)
    )
