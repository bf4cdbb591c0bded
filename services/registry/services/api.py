"""HTTP face of the catalogue of services."""

from datetime import date
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Path, Query, Request, Response, status

from services.registry.access.rules import OutOfScopeError
from services.registry.base import Idempotency
from services.registry.facilities.rules import FacilityClosedError, FacilityNotFoundError
from services.registry.services import operations, queries, rules
from services.registry.services.queries import ServiceFilter
from services.registry.services.rules import Customer, ServiceKind
from services.registry.services.schemas import (
    ServiceChange,
    ServiceCreate,
    ServiceEnd,
    ServiceRead,
)
from services.registry.services.tables import ServiceOffer
from shared.schemas.base import AreaCode
from shared.schemas.paging import Page
from shared.scope import Permission
from shared.web.auth import Caller, Requires
from shared.web.etag import IfMatch, check_match, etag_of, not_modified
from shared.web.now import Now
from shared.web.once import OnceDep, answer_once
from shared.web.openapi import problems
from shared.web.paging import CursorInvalidError, PageArgs, page_of
from shared.web.session import SessionDep

router = APIRouter(prefix="/services", tags=["services"])
facility_router = APIRouter(prefix="/facilities/{facility_id}/services", tags=["services"])

ServiceId = Annotated[UUID, Path(description="The service's identifier.")]
FacilityId = Annotated[UUID, Path(description="The facility's identifier.")]
RegistryReader = Annotated[Caller, Depends(Requires(Permission.REGISTRY_READ))]
ServiceWriter = Annotated[Caller, Depends(Requires(Permission.SPACES_WRITE))]

_EXAMPLE: Final = {
    "code": "MAKLON-01",
    "kind": "TOLL_MANUFACTURING",
    "name": "Maklon bumbu (DATA SINTETIS)",
    "unit": "per kg",
    "price": 15000,
    "capacity_per_month": 2000,
    "customers": ["MICRO", "SMALL"],
    "offered_from": "2027-01-01",
    "synthetic": True,
}


def _narrowed(
    *,
    facility_id: Annotated[UUID | None, Query(description="Of this facility.")] = None,
    kind: Annotated[ServiceKind | None, Query()] = None,
    area: Annotated[AreaCode | None, Query(description="A province or a regency.")] = None,
    customer: Annotated[Customer | None, Query(description="For whom: MICRO ...")] = None,
    on: Annotated[date | None, Query(description="Offered on this day.")] = None,
    q: Annotated[
        str | None, Query(min_length=3, max_length=100, description="In the name.")
    ] = None,
) -> ServiceFilter:
    return ServiceFilter(facility_id, kind, area, customer, on, q)


@router.get("", responses=problems(CursorInvalidError))
async def list_services(
    request: Request,
    session: SessionDep,
    _: RegistryReader,
    page: PageArgs,
    wanted: Annotated[ServiceFilter, Depends(_narrowed)],
) -> Page[ServiceRead]:
    """Search the catalogue of the whole country."""
    after = None if page.after is None else UUID(str(page.after[0]))
    rows = await queries.list_services(session, wanted, after=after, limit=page.fetch)
    return page_of(request, rows, page.limit, key=lambda row: [str(row.id)], read=ServiceRead)


@facility_router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    response_model=ServiceRead,
    responses=problems(
        FacilityNotFoundError,
        OutOfScopeError,
        FacilityClosedError,
        rules.ServiceNotOfferedHereError,
        rules.ServiceIdTakenError,
        rules.ServiceCodeTakenError,
    ),
)
async def offer_service(
    session: SessionDep,
    caller: ServiceWriter,
    once: OnceDep,
    facility_id: FacilityId,
    now: Now,
    body: Annotated[ServiceCreate, Body(examples=[_EXAMPLE])],
) -> Response:
    """Put a service of a PLUT or a production house into the catalogue."""

    async def work() -> ServiceRead:
        service = await operations.offer_service(
            session, facility_id, body, scope=caller.scope, now=now
        )
        return ServiceRead.model_validate(service)

    return await answer_once(
        session,
        Idempotency,
        once,
        work,
        status=status.HTTP_201_CREATED,
        location=lambda service: f"/v1/services/{service.id}",
        etag=lambda service: etag_of(service.version),
    )


@router.get(
    "/{service_id}",
    response_model=ServiceRead,
    responses={**problems(rules.ServiceNotFoundError), 304: {"description": "Not Modified"}},
)
async def get_service(
    request: Request, session: SessionDep, _: RegistryReader, service_id: ServiceId
) -> Response:
    """Return one service."""
    service = await queries.get_service(session, service_id)
    return not_modified(request, etag_of(service.version)) or _answer(service)


@router.patch(
    "/{service_id}",
    response_model=ServiceRead,
    responses=problems(rules.ServiceNotFoundError, OutOfScopeError, rules.ServiceEndedError),
)
async def correct_service(
    session: SessionDep,
    caller: ServiceWriter,
    service_id: ServiceId,
    if_match: IfMatch,
    now: Now,
    body: Annotated[
        ServiceChange,
        Body(media_type="application/merge-patch+json", examples=[{"price": 12500}]),
    ],
) -> Response:
    """Change the members that the merge patch names; If-Match carries the version that was read."""
    service = await queries.get_service_for_change(session, service_id, scope=caller.scope)
    check_match(if_match, service.version)
    await operations.correct_service(session, service, body, now=now)
    return _answer(service)


@router.post(
    "/{service_id}/end",
    response_model=ServiceRead,
    responses=problems(
        rules.ServiceNotFoundError,
        OutOfScopeError,
        rules.ServiceEndedError,
        rules.ServiceEndRefusedError,
    ),
)
async def end_service(
    session: SessionDep,
    caller: ServiceWriter,
    once: OnceDep,
    service_id: ServiceId,
    now: Now,
    body: Annotated[ServiceEnd, Body(examples=[{"ended_on": "2027-12-31"}])],
) -> Response:
    """Give a service its last day; it stays in the catalogue as history."""

    async def work() -> ServiceRead:
        service = await queries.get_service_for_change(session, service_id, scope=caller.scope)
        await operations.end_service(session, service, body, now=now)
        return ServiceRead.model_validate(service)

    return await answer_once(
        session, Idempotency, once, work, etag=lambda service: etag_of(service.version)
    )


def _answer(service: ServiceOffer) -> Response:
    return Response(
        ServiceRead.model_validate(service).model_dump_json(),
        media_type="application/json",
        headers={"ETag": etag_of(service.version)},
    )
