"""HTTP face of agreements."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Path, Query, Request, Response, status

from services.registry.access.rules import OutOfScopeError
from services.registry.agreements import operations, queries
from services.registry.agreements.rules import (
    AgreementBasisRefusedError,
    AgreementIdTakenError,
    AgreementKind,
    AgreementNotFoundError,
    AgreementNumberTakenError,
    AgreementPartiesInvalidError,
    AgreementPeriodInvalidError,
    CoveredFacilityUnknownError,
)
from services.registry.agreements.schemas import AgreementCreate, AgreementRead
from services.registry.base import Idempotency
from services.registry.institutions.rules import InstitutionUnknownError
from shared.schemas.paging import Page
from shared.scope import Permission
from shared.web.auth import Caller, Requires
from shared.web.now import Now
from shared.web.once import OnceDep, answer_once
from shared.web.openapi import problems
from shared.web.paging import CursorInvalidError, PageArgs, page_of
from shared.web.session import SessionDep

router = APIRouter(prefix="/agreements", tags=["agreements"])

AgreementId = Annotated[UUID, Path(description="The agreement's identifier.")]
RegistryReader = Annotated[Caller, Depends(Requires(Permission.REGISTRY_READ))]
AgreementWriter = Annotated[Caller, Depends(Requires(Permission.AGREEMENTS_WRITE))]

_EXAMPLE: Final = {
    "kind": "MOU",
    "number": "MoU/CONTOH/2025",
    "title": "Nota kesepahaman pelatihan kewirausahaan",
    "parties": [{"ministry": "MANPOWER"}, {"ministry": "MSME"}],
    "facility_ids": ["01a1f0c8-6c1e-7bd2-9f3a-5f0c6d2b7e11"],
    "signed_on": "2025-03-25",
    "valid_from": "2025-03-25",
    "valid_to": "2028-03-24",
}


@router.get("", responses=problems(CursorInvalidError))
async def list_agreements(
    request: Request,
    session: SessionDep,
    _: RegistryReader,
    page: PageArgs,
    kind: Annotated[AgreementKind | None, Query()] = None,
    facility_id: Annotated[UUID | None, Query(description="A facility that it covers.")] = None,
) -> Page[AgreementRead]:
    """List agreements in the order of their numbers."""
    rows = await queries.list_agreements(
        session, kind=kind, facility_id=facility_id, after=page.after_text, limit=page.fetch
    )
    return page_of(request, rows, page.limit, key=lambda row: [row.number], read=AgreementRead)


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    response_model=AgreementRead,
    responses=problems(
        AgreementPartiesInvalidError,
        AgreementPeriodInvalidError,
        AgreementBasisRefusedError,
        OutOfScopeError,
        InstitutionUnknownError,
        CoveredFacilityUnknownError,
        AgreementIdTakenError,
        AgreementNumberTakenError,
    ),
)
async def sign_agreement(
    session: SessionDep,
    caller: AgreementWriter,
    once: OnceDep,
    now: Now,
    body: Annotated[AgreementCreate, Body(examples=[_EXAMPLE])],
) -> Response:
    """Keep an agreement that was signed, of which the caller's ministry is a party."""

    async def work() -> AgreementRead:
        return await operations.sign_agreement(session, body, scope=caller.scope, now=now)

    return await answer_once(
        session,
        Idempotency,
        once,
        work,
        status=status.HTTP_201_CREATED,
        location=lambda agreement: f"/v1/agreements/{agreement.id}",
    )


@router.get("/{agreement_id}", responses=problems(AgreementNotFoundError))
async def get_agreement(
    session: SessionDep, _: RegistryReader, agreement_id: AgreementId
) -> AgreementRead:
    """Return one agreement with its parties."""
    return await queries.get_agreement(session, agreement_id)
