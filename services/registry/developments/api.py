"""HTTP face of developments."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Path, Query, Request, Response, status

from services.registry.access.rules import OutOfScopeError
from services.registry.agreements.rules import AgreementBasisRefusedError
from services.registry.base import Idempotency
from services.registry.developments import operations, queries, rules
from services.registry.developments.queries import DevelopmentFilter
from services.registry.developments.rules import DevelopmentStep
from services.registry.developments.schemas import DevelopmentCreate, DevelopmentRead, StepCreate
from services.registry.facilities.rules import FacilityNotFoundError
from services.registry.institutions.rules import InstitutionUnknownError
from shared.clock import ledger_day
from shared.schemas.paging import Page
from shared.scope import Permission
from shared.web.auth import Caller, Requires
from shared.web.etag import etag_of
from shared.web.now import Now
from shared.web.once import OnceDep, answer_once
from shared.web.openapi import problems
from shared.web.paging import CursorInvalidError, PageArgs, page_of
from shared.web.session import SessionDep

router = APIRouter(prefix="/developments", tags=["developments"])

DevelopmentId = Annotated[UUID, Path(description="The development's identifier.")]
RegistryReader = Annotated[Caller, Depends(Requires(Permission.REGISTRY_READ))]
AgreementWriter = Annotated[Caller, Depends(Requires(Permission.AGREEMENTS_WRITE))]

_EVIDENCE: Final = {
    "reference": "arsip/2027/berita-acara.pdf",
    "sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
}
_EXAMPLE: Final = {
    "number": "BLKK/CONTOH/2027",
    "title": "Pembangunan BLK Komunitas Contoh (DATA SINTETIS)",
    "facility_id": "01a1f0c8-6c1e-7bd2-9f3a-5f0c6d2b7e11",
    "institution_id": "01a1f0c8-6c1e-7bd2-9f3a-5f0c6d2b7e12",
    "ministry": "MANPOWER",
    "grant_rupiah": 500_000_000,
    "proposed_on": "2027-01-15",
    "evidence": _EVIDENCE,
    "synthetic": True,
}
_STEP: Final = {
    "step": "FIRST_PAYMENT",
    "day": "2027-03-01",
    "amount_rupiah": 350_000_000,
    "evidence": _EVIDENCE,
}


@router.get("", responses=problems(CursorInvalidError))
async def list_developments(
    request: Request,
    session: SessionDep,
    caller: RegistryReader,
    page: PageArgs,
    now: Now,
    *,
    step: Annotated[DevelopmentStep | None, Query(description="The present step.")] = None,
    overdue: Annotated[
        bool | None, Query(description="The accounts (LPJ) were due before today.")
    ] = None,
    facility_id: Annotated[UUID | None, Query()] = None,
    institution_id: Annotated[UUID | None, Query(description="Who builds.")] = None,
    area: Annotated[
        str | None,
        Query(pattern=r"^\d{2}(\.\d{2})?$", description="Code of a province or a regency."),
    ] = None,
) -> Page[DevelopmentRead]:
    """List developments within the caller's scope, in the order of their numbers."""
    wanted = DevelopmentFilter(
        today=ledger_day(now),
        step=step,
        overdue=overdue,
        facility_id=facility_id,
        institution_id=institution_id,
        area=area,
    )
    rows = await queries.list_developments(
        session, wanted, scope=caller.scope, after=page.after_text, limit=page.fetch
    )
    return page_of(request, rows, page.limit, key=lambda row: [row.number], read=DevelopmentRead)


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    response_model=DevelopmentRead,
    responses=problems(
        FacilityNotFoundError,
        OutOfScopeError,
        InstitutionUnknownError,
        AgreementBasisRefusedError,
        rules.FacilityNotPlannedError,
        rules.StepDayInvalidError,
        rules.DevelopmentIdTakenError,
        rules.DevelopmentNumberTakenError,
        rules.FacilityDevelopedError,
    ),
)
async def propose_development(
    session: SessionDep,
    caller: AgreementWriter,
    once: OnceDep,
    now: Now,
    body: Annotated[DevelopmentCreate, Body(examples=[_EXAMPLE])],
) -> Response:
    """Keep the proposal to build a planned community centre with a grant."""

    async def work() -> DevelopmentRead:
        return await operations.propose_development(
            session, body, scope=caller.scope, now=now, today=ledger_day(now)
        )

    return await answer_once(
        session,
        Idempotency,
        once,
        work,
        status=status.HTTP_201_CREATED,
        location=lambda development: f"/v1/developments/{development.id}",
        etag=lambda development: etag_of(development.version),
    )


@router.get(
    "/{development_id}",
    response_model=DevelopmentRead,
    responses=problems(rules.DevelopmentNotFoundError),
)
async def get_development(
    session: SessionDep, caller: RegistryReader, now: Now, development_id: DevelopmentId
) -> Response:
    """Return one development with the steps that it has taken."""
    development = await queries.get_development(
        session, development_id, scope=caller.scope, today=ledger_day(now)
    )
    return Response(
        development.model_dump_json(),
        media_type="application/json",
        headers={"ETag": etag_of(development.version)},
    )


@router.post(
    "/{development_id}/steps",
    response_model=DevelopmentRead,
    responses=problems(
        rules.DevelopmentNotFoundError,
        OutOfScopeError,
        rules.StepRefusedError,
        rules.StepDayInvalidError,
        rules.StepAmountInvalidError,
        rules.GrantExceededError,
        rules.AccountsDueInvalidError,
    ),
)
async def take_development_step(
    session: SessionDep,
    caller: AgreementWriter,
    once: OnceDep,
    now: Now,
    development_id: DevelopmentId,
    body: Annotated[StepCreate, Body(examples=[_STEP])],
) -> Response:
    """Let a development take the step that follows its present one, with what proves it."""

    async def work() -> DevelopmentRead:
        return await operations.take_step(
            session, development_id, body, scope=caller.scope, now=now, today=ledger_day(now)
        )

    return await answer_once(
        session, Idempotency, once, work, etag=lambda development: etag_of(development.version)
    )
