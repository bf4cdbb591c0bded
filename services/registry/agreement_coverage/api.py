"""HTTP face of what agreements cover."""

from datetime import date
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Path, Query, Request, Response, status

from services.registry.access.rules import OutOfScopeError
from services.registry.agreement_coverage import operations, queries, rules
from services.registry.agreement_coverage.queries import UncoveredFilter
from services.registry.agreement_coverage.schemas import (
    CoverageAdd,
    CoverageAdded,
    CoverageEnd,
    CoverageRead,
    UncoveredFacility,
)
from services.registry.agreements.queries import find_agreement
from services.registry.agreements.rules import (
    AgreementNotFoundError,
    AgreementStateRefusedError,
    CoveredFacilityUnknownError,
)
from services.registry.base import Idempotency
from services.registry.facilities.queries import get_facility
from shared.clock import ledger_day
from shared.schemas.base import AreaCode
from shared.schemas.paging import Page
from shared.schemas.registry import FacilityKind
from shared.scope import Permission
from shared.web.auth import Caller, Requires
from shared.web.now import Now
from shared.web.once import OnceDep, answer_once
from shared.web.openapi import problems
from shared.web.paging import CursorInvalidError, PageArgs, page_of
from shared.web.session import SessionDep

router = APIRouter(prefix="/agreements/{agreement_id}/facilities", tags=["agreements"])
uncovered_router = APIRouter(prefix="/facilities-without-agreement", tags=["agreements"])

AgreementId = Annotated[UUID, Path(description="The agreement's identifier.")]
FacilityId = Annotated[UUID, Path(description="The facility's identifier.")]
RegistryReader = Annotated[Caller, Depends(Requires(Permission.REGISTRY_READ))]
AgreementWriter = Annotated[Caller, Depends(Requires(Permission.AGREEMENTS_WRITE))]

_CHANGE_REFUSED: Final = (AgreementNotFoundError, AgreementStateRefusedError, OutOfScopeError)
_EXAMPLE: Final = {
    "facility_ids": ["01a1f0c8-6c1e-7bd2-9f3a-5f0c6d2b7e11"],
    "valid_from": "2027-01-01",
}


@router.get("", responses=problems(AgreementNotFoundError, CursorInvalidError))
async def list_covered_facilities(
    request: Request,
    session: SessionDep,
    caller: RegistryReader,
    agreement_id: AgreementId,
    page: PageArgs,
    *,
    on: Annotated[date | None, Query(description="Covered on this day; ever if left out.")] = None,
) -> Page[CoverageRead]:
    """List the facilities that an agreement covers, with the time for which it does."""
    await find_agreement(session, agreement_id, scope=caller.scope)
    rows = await queries.list_coverage(
        session, agreement_id, on=on, after=page.after, limit=page.fetch
    )
    return page_of(
        request,
        rows,
        page.limit,
        key=lambda row: [str(row.facility_id), row.valid_from.isoformat()],
        read=CoverageRead,
    )


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    response_model=CoverageAdded,
    responses=problems(
        *_CHANGE_REFUSED,
        rules.CoveragePeriodInvalidError,
        rules.CoverageOverlapsError,
        CoveredFacilityUnknownError,
    ),
)
async def cover_facilities(
    session: SessionDep,
    caller: AgreementWriter,
    once: OnceDep,
    now: Now,
    agreement_id: AgreementId,
    body: Annotated[CoverageAdd, Body(examples=[_EXAMPLE])],
) -> Response:
    """Let a signed agreement cover further facilities, all of them or none."""

    async def work() -> CoverageAdded:
        facilities = await operations.cover_facilities(
            session, agreement_id, body, scope=caller.scope, now=now, today=ledger_day(now)
        )
        return CoverageAdded(
            agreement_id=agreement_id,
            facilities=facilities,
            valid_from=body.valid_from,
            valid_to=body.valid_to,
        )

    return await answer_once(session, Idempotency, once, work, status=status.HTTP_201_CREATED)


@router.post(
    "/{facility_id}/end",
    response_model=CoverageRead,
    responses=problems(
        *_CHANGE_REFUSED,
        rules.CoverageNotFoundError,
        rules.CoverageEndedError,
        rules.CoveragePeriodInvalidError,
    ),
)
async def end_facility_coverage(
    session: SessionDep,
    caller: AgreementWriter,
    once: OnceDep,
    now: Now,
    agreement_id: AgreementId,
    *,
    facility_id: FacilityId,
    body: Annotated[CoverageEnd, Body(examples=[{"last_day": "2027-06-30"}])],
) -> Response:
    """Say which day is the last on which a signed agreement covers a facility."""

    async def work() -> CoverageRead:
        covered = await operations.end_coverage(
            session,
            agreement_id,
            facility_id,
            body,
            scope=caller.scope,
            now=now,
            today=ledger_day(now),
        )
        facility = await get_facility(session, facility_id)
        return CoverageRead(
            facility_id=facility.id,
            facility_code=facility.code,
            facility_name=facility.name,
            valid_from=covered.valid_from,
            valid_to=covered.valid_to,
        )

    return await answer_once(session, Idempotency, once, work)


@uncovered_router.get("", responses=problems(CursorInvalidError))
async def list_facilities_without_agreement(
    request: Request,
    session: SessionDep,
    caller: RegistryReader,
    page: PageArgs,
    now: Now,
    *,
    on: Annotated[
        date | None, Query(description="Covered by none on this day; today if left out.")
    ] = None,
    kind: Annotated[FacilityKind | None, Query()] = None,
    area: Annotated[AreaCode | None, Query(description="Any area code: all within it.")] = None,
) -> Page[UncoveredFacility]:
    """List the facilities within the caller's scope that no agreement in force covers, by code."""
    wanted = UncoveredFilter(on=on or ledger_day(now), kind=kind, area=area)
    rows = await queries.list_uncovered(
        session, wanted, scope=caller.scope, after=page.after_text, limit=page.fetch
    )
    return page_of(request, rows, page.limit, key=lambda row: [row.code], read=UncoveredFacility)
