"""HTTP face of institutions."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Path, Query, Request, Response, status

from services.registry.access.rules import OutOfScopeError
from services.registry.areas.rules import AreaUnknownError
from services.registry.areas.schemas import RegionCode
from services.registry.base import Idempotency
from services.registry.institutions import operations, queries
from services.registry.institutions.queries import InstitutionFilter
from services.registry.institutions.rules import (
    InstitutionCodeTakenError,
    InstitutionEndedError,
    InstitutionEndRefusedError,
    InstitutionIdTakenError,
    InstitutionKind,
    InstitutionNotFoundError,
    InstitutionParentRefusedError,
    InstitutionUnknownError,
)
from services.registry.institutions.schemas import (
    InstitutionChange,
    InstitutionCreate,
    InstitutionEnd,
    InstitutionRead,
)
from services.registry.institutions.tables import Institution
from shared.clock import ledger_day
from shared.schemas.base import Ministry
from shared.schemas.paging import Page
from shared.scope import Permission
from shared.web.auth import Caller, Requires
from shared.web.etag import IfMatch, check_match, etag_of, not_modified
from shared.web.now import Now
from shared.web.once import OnceDep, answer_once
from shared.web.openapi import problems
from shared.web.paging import CursorInvalidError, PageArgs, page_of
from shared.web.session import SessionDep

router = APIRouter(prefix="/institutions", tags=["institutions"])

InstitutionId = Annotated[UUID, Path(description="The institution's identifier.")]
RegistryReader = Annotated[Caller, Depends(Requires(Permission.REGISTRY_READ))]
InstitutionWriter = Annotated[Caller, Depends(Requires(Permission.INSTITUTIONS_WRITE))]

_FACTS_REFUSED: Final = (
    AreaUnknownError,
    InstitutionUnknownError,
    InstitutionParentRefusedError,
)
_EXAMPLE: Final = {
    "code": "YPC-01",
    "name": "Yayasan Pesantren Contoh (DATA SINTETIS)",
    "kind": "FOUNDATION",
    "area_code": "33.73",
}


def _narrowed(
    kind: Annotated[InstitutionKind | None, Query()] = None,
    ministry: Annotated[Ministry | None, Query(description="Whose units: MANPOWER ...")] = None,
    area: Annotated[RegionCode | None, Query()] = None,
    parent_id: Annotated[UUID | None, Query(description="Units of this institution.")] = None,
    q: Annotated[
        str | None, Query(min_length=3, max_length=100, description="In the name.")
    ] = None,
) -> InstitutionFilter:
    return InstitutionFilter(kind, ministry, area, parent_id, q)


@router.get("", responses=problems(CursorInvalidError))
async def list_institutions(
    request: Request,
    session: SessionDep,
    _: RegistryReader,
    page: PageArgs,
    wanted: Annotated[InstitutionFilter, Depends(_narrowed)],
) -> Page[InstitutionRead]:
    """List institutions in the order of their codes."""
    rows = await queries.list_institutions(session, wanted, after=page.after_text, limit=page.fetch)
    return page_of(request, rows, page.limit, key=lambda row: [row.code], read=InstitutionRead)


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    response_model=InstitutionRead,
    responses=problems(
        OutOfScopeError, *_FACTS_REFUSED, InstitutionIdTakenError, InstitutionCodeTakenError
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
        etag=lambda institution: etag_of(institution.version),
    )


@router.get(
    "/{institution_id}",
    response_model=InstitutionRead,
    responses={**problems(InstitutionNotFoundError), 304: {"description": "Not Modified"}},
)
async def get_institution(
    request: Request, session: SessionDep, _: RegistryReader, institution_id: InstitutionId
) -> Response:
    """Return one institution."""
    institution = await queries.get_institution(session, institution_id)
    return not_modified(request, etag_of(institution.version)) or _answer(institution)


@router.patch(
    "/{institution_id}",
    response_model=InstitutionRead,
    responses=problems(
        InstitutionNotFoundError, OutOfScopeError, InstitutionEndedError, *_FACTS_REFUSED
    ),
)
async def correct_institution(
    session: SessionDep,
    caller: InstitutionWriter,
    institution_id: InstitutionId,
    if_match: IfMatch,
    now: Now,
    body: Annotated[
        InstitutionChange,
        Body(media_type="application/merge-patch+json", examples=[{"name": "Yayasan Baru"}]),
    ],
) -> Response:
    """Change the members that the merge patch names; If-Match carries the version that was read."""
    institution = await queries.get_institution_for_change(
        session, institution_id, scope=caller.scope
    )
    check_match(if_match, institution.version)
    await operations.correct_institution(
        session, institution, body, scope=caller.scope, now=now, today=ledger_day(now)
    )
    return _answer(institution)


@router.post(
    "/{institution_id}/dissolve",
    response_model=InstitutionRead,
    responses=problems(
        InstitutionNotFoundError, OutOfScopeError, InstitutionEndedError, InstitutionEndRefusedError
    ),
)
async def dissolve_institution(
    session: SessionDep,
    caller: InstitutionWriter,
    once: OnceDep,
    institution_id: InstitutionId,
    now: Now,
    body: Annotated[InstitutionEnd, Body(examples=[{"ended_on": "2026-11-20"}])],
) -> Response:
    """State the last day of an institution; what it was part of stays as history."""

    async def work() -> InstitutionRead:
        institution = await queries.get_institution_for_change(
            session, institution_id, scope=caller.scope
        )
        await operations.end_institution(
            session, institution, ended_on=body.ended_on, now=now, today=ledger_day(now)
        )
        return InstitutionRead.model_validate(institution)

    return await answer_once(
        session, Idempotency, once, work, etag=lambda institution: etag_of(institution.version)
    )


def _answer(institution: Institution) -> Response:
    return Response(
        InstitutionRead.model_validate(institution).model_dump_json(),
        media_type="application/json",
        headers={"ETag": etag_of(institution.version)},
    )
