"""HTTP face of facilities."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Path, Request, Response, status
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.access.rules import OutOfScopeError
from services.registry.areas.rules import AreaTooCoarseError, AreaUnknownError
from services.registry.base import Idempotency
from services.registry.facilities import operations, queries, rules
from services.registry.facilities.queries import FacilityFilter
from services.registry.facilities.schemas import (
    FacilityChange,
    FacilityCreate,
    FacilityQuery,
    FacilityRead,
    FacilityTurn,
)
from services.registry.facilities.tables import Facility
from services.registry.institutions.rules import InstitutionUnknownError
from services.registry.pages.api import CACHING, answer_page, page_etag
from shared.clock import ledger_day
from shared.schemas.paging import Page
from shared.schemas.registry import FacilityStatus
from shared.scope import Permission
from shared.web.auth import Caller, Requires
from shared.web.etag import IfMatch, check_match, etag_of, not_modified
from shared.web.lean import lean, lean_query_openapi, remembered_query
from shared.web.links import absolute
from shared.web.now import Now, present_moment
from shared.web.once import OnceDep, OnceRequest, answer_once
from shared.web.openapi import problems
from shared.web.paging import CursorInvalidError, page_request
from shared.web.problems import ValidationFailedError
from shared.web.session import SessionDep

router = APIRouter(prefix="/facilities", tags=["facilities"])

FacilityId = Annotated[UUID, Path(description="The facility's identifier.")]
RegistryReader = Annotated[Caller, Depends(Requires(Permission.REGISTRY_READ))]
FacilityWriter = Annotated[Caller, Depends(Requires(Permission.FACILITIES_WRITE))]
# A body came with the history; callers that know none go on without.
TurnBody = Annotated[
    FacilityTurn | None, Body(examples=[{"reason": "Gedung rusak akibat gempa (DATA SINTETIS)"}])
]

_FACTS_REFUSED: Final = (
    AreaUnknownError,
    AreaTooCoarseError,
    InstitutionUnknownError,
    rules.ParentUnknownError,
    rules.ParentMissingError,
    rules.FormRefusedError,
    rules.PointIncompleteError,
)
_TURN_REFUSED: Final = problems(
    rules.FacilityNotFoundError,
    OutOfScopeError,
    rules.FacilityMergedError,
    rules.FacilityStatusRefusedError,
)

_EXAMPLE: Final = {
    "code": "PLUT-3373-01",
    "name": "PLUT Contoh (DATA SINTETIS)",
    "kind": "PLUT",
    "owner_ministry": "MSME",
    "area_code": "33.73.04",
    "latitude": -7.33,
    "longitude": 110.5,
    "status": "ACTIVE",
    "trades": ["BAKERY", "GARMENT"],
    "synthetic": True,
}


@router.get(
    "",
    response_model=Page[FacilityRead],
    responses={
        **problems(
            rules.NearInvalidError,
            rules.FacilitySortRefusedError,
            CursorInvalidError,
            ValidationFailedError,
        ),
        304: {"description": "Not Modified"},
    },
    openapi_extra=lean_query_openapi(FacilityQuery),
)
@lean(Requires(Permission.REGISTRY_READ))
async def list_facilities(request: Request, _: Caller) -> Response:
    """List facilities of the whole country: the nearest or best match first, else by code.

    With If-None-Match an unchanged page is answered by 304 without asking the database: that may be
    a quarter of a second behind, so whoever must see what he has just written leaves it out.
    """
    query = remembered_query(request, FacilityQuery)
    today = ledger_day(await present_moment(request))
    # Before the page is read: what changes meanwhile then shows in it, but not yet in the ETag.
    etag = page_etag(request, today=today)
    unchanged = None if etag is None else not_modified(request, etag, headers=CACHING)
    if unchanged is not None:
        return unchanged
    page = await page_request(request, query.limit, query.after)
    found = await queries.page_of_facilities(
        request.scope["state"]["sessions"],
        _filter_of(query, today=today),
        after=page.after,
        limit=page.limit,
    )
    return answer_page(request, found, etag=etag)


def _filter_of(query: FacilityQuery, *, today: date) -> FacilityFilter:
    scheme, _, external = (query.external_code or "").partition(":")
    return FacilityFilter(
        area=query.area,
        kinds=query.kind,
        statuses=query.status,
        owners=query.owner_ministry,
        trade=query.trade,
        q=query.q,
        code=query.code,
        institution_id=query.institution_id,
        parent_id=query.parent_id,
        updated_after=query.updated_after,
        external_code=(scheme, external) if external else None,
        on=today,
        circle=rules.circle_of(query.near, query.radius_km),
        sort=query.sort,
    )


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    response_model=FacilityRead,
    responses=problems(
        OutOfScopeError, *_FACTS_REFUSED, rules.FacilityIdTakenError, rules.FacilityCodeTakenError
    ),
)
async def register_facility(
    session: SessionDep,
    caller: FacilityWriter,
    once: OnceDep,
    now: Now,
    body: Annotated[FacilityCreate, Body(examples=[_EXAMPLE])],
) -> Response:
    """Register a facility within the caller's area and ministry."""

    async def work() -> FacilityRead:
        facility = await operations.register_facility(
            session, body, scope=caller.scope, now=now, today=ledger_day(now)
        )
        return FacilityRead.model_validate(facility)

    return await answer_once(
        session,
        Idempotency,
        once,
        work,
        status=status.HTTP_201_CREATED,
        location=lambda facility: f"/v1/facilities/{facility.id}",
        etag=lambda facility: etag_of(facility.version),
    )


@router.get(
    "/{facility_id}",
    response_model=FacilityRead,
    responses={**problems(rules.FacilityNotFoundError), 304: {"description": "Not Modified"}},
)
async def get_facility(
    request: Request, session: SessionDep, _: RegistryReader, facility_id: FacilityId
) -> Response:
    """Return one facility; one that was merged answers with the one that stays.

    Then `Content-Location` names it, and so does its `id`.
    """
    named = await queries.get_facility(session, facility_id, merged=True)
    facility = await queries.stays_of(session, named)
    if facility is named:
        return not_modified(request, etag_of(facility.version)) or _answer(facility)
    # The ETags of the two say nothing of one another: no 304.
    answer = _answer(facility)
    answer.headers["Content-Location"] = absolute(request, f"/v1/facilities/{facility.id}")
    return answer


@router.patch(
    "/{facility_id}",
    response_model=FacilityRead,
    responses=problems(
        rules.FacilityNotFoundError, OutOfScopeError, rules.FacilityClosedError, *_FACTS_REFUSED
    ),
)
async def correct_facility(
    session: SessionDep,
    caller: FacilityWriter,
    facility_id: FacilityId,
    if_match: IfMatch,
    now: Now,
    body: Annotated[
        FacilityChange,
        Body(
            media_type="application/merge-patch+json",
            examples=[{"name": "PLUT Contoh Baru", "address": None}],
        ),
    ],
) -> Response:
    """Change the members that the merge patch names; If-Match carries the version that was read."""
    facility = await queries.get_facility_for_change(session, facility_id, scope=caller.scope)
    check_match(if_match, facility.version)
    await operations.correct_facility(
        session, facility, body, scope=caller.scope, now=now, today=ledger_day(now)
    )
    return _answer(facility)


@router.post("/{facility_id}/activate", response_model=FacilityRead, responses=_TURN_REFUSED)
async def activate_facility(
    session: SessionDep,
    caller: FacilityWriter,
    once: OnceDep,
    now: Now,
    facility_id: FacilityId,
    body: TurnBody = None,
) -> Response:
    """Activate a planned or suspended facility."""
    turn = _Turn(facility_id, FacilityStatus.ACTIVE, caller, now, body)
    return await _turn(session, once, turn)


@router.post("/{facility_id}/suspend", response_model=FacilityRead, responses=_TURN_REFUSED)
async def suspend_facility(
    session: SessionDep,
    caller: FacilityWriter,
    once: OnceDep,
    now: Now,
    facility_id: FacilityId,
    body: TurnBody = None,
) -> Response:
    """Suspend an active facility: nothing is planned or booked there until it is active again.

    What was booked before stays: who suspends it knows which bookings cannot take place, and
    cancels these.
    """
    turn = _Turn(facility_id, FacilityStatus.SUSPENDED, caller, now, body)
    return await _turn(session, once, turn)


@dataclass(frozen=True, slots=True)
class _Turn:
    """Who wants which facility to have which status, when, and why."""

    facility_id: UUID
    wanted: FacilityStatus
    caller: Caller
    now: datetime
    body: FacilityTurn | None


async def _turn(session: AsyncSession, once: OnceRequest, turn: _Turn) -> Response:
    async def work() -> FacilityRead:
        facility = await operations.turn_facility(
            session,
            turn.facility_id,
            wanted=turn.wanted,
            scope=turn.caller.scope,
            now=turn.now,
            reason=None if turn.body is None else turn.body.reason,
        )
        return FacilityRead.model_validate(facility)

    return await answer_once(
        session, Idempotency, once, work, etag=lambda facility: etag_of(facility.version)
    )


def _answer(facility: Facility) -> Response:
    return Response(
        FacilityRead.model_validate(facility).model_dump_json(),
        media_type="application/json",
        headers={"ETag": etag_of(facility.version)},
    )
