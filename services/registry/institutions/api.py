"""HTTP face of institutions."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Path, Query, Request, Response, status

from services.registry.access.rules import OutOfScopeError
from services.registry.areas.rules import AreaUnknownError
from services.registry.base import Idempotency
from services.registry.institutions import operations, queries
from services.registry.institutions.rules import (
    InstitutionCodeTakenError,
    InstitutionIdTakenError,
    InstitutionKind,
    InstitutionNotFoundError,
)
from services.registry.institutions.schemas import InstitutionCreate, InstitutionRead
from shared.clock import ledger_day
from shared.schemas.paging import Page
from shared.scope import Permission
from shared.web.auth import Caller, Requires
from shared.web.now import Now
from shared.web.once import OnceDep, answer_once
from shared.web.openapi import problems
from shared.web.paging import CursorInvalidError, PageArgs, page_of
from shared.web.session import SessionDep

router = APIRouter(prefix="/institutions", tags=["institutions"])

InstitutionId = Annotated[UUID, Path(description="The institution's identifier.")]
RegistryReader = Annotated[Caller, Depends(Requires(Permission.REGISTRY_READ))]
# Institutions are registered by those who register facilities.
InstitutionWriter = Annotated[Caller, Depends(Requires(Permission.FACILITIES_WRITE))]

_EXAMPLE: Final = {
    "code": "YPC-01",
    "name": "Yayasan Pesantren Contoh (DATA SINTETIS)",
    "kind": "FOUNDATION",
    "area_code": "33.73",
}


@router.get("", responses=problems(CursorInvalidError))
async def list_institutions(
    request: Request,
    session: SessionDep,
    _: RegistryReader,
    page: PageArgs,
    kind: Annotated[InstitutionKind | None, Query()] = None,
    q: Annotated[
        str | None, Query(min_length=3, max_length=100, description="In the name.")
    ] = None,
) -> Page[InstitutionRead]:
    """List institutions in the order of their codes."""
    rows = await queries.list_institutions(
        session, kind=kind, q=q, after=page.after_text, limit=page.fetch
    )
    return page_of(request, rows, page.limit, key=lambda row: [row.code], read=InstitutionRead)


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    response_model=InstitutionRead,
    responses=problems(
        AreaUnknownError, OutOfScopeError, InstitutionIdTakenError, InstitutionCodeTakenError
    ),
)
async def register_institution(
    session: SessionDep,
    caller: InstitutionWriter,
    once: OnceDep,
    now: Now,
    body: Annotated[InstitutionCreate, Body(examples=[_EXAMPLE])],
) -> Response:
    """Register an institution within the caller's area and ministry."""

    async def work() -> InstitutionRead:
        institution = await operations.register_institution(
            session, body, scope=caller.scope, now=now, today=ledger_day(now)
        )
        return InstitutionRead.model_validate(institution)

    return await answer_once(
        session,
        Idempotency,
        once,
        work,
        status=status.HTTP_201_CREATED,
        location=lambda institution: f"/v1/institutions/{institution.id}",
    )


@router.get("/{institution_id}", responses=problems(InstitutionNotFoundError))
async def get_institution(
    session: SessionDep, _: RegistryReader, institution_id: InstitutionId
) -> InstitutionRead:
    """Return one institution."""
    return InstitutionRead.model_validate(await queries.get_institution(session, institution_id))
