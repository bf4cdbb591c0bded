"""HTTP face of duplicates."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Path, Query, Request, Response, status

from services.registry.base import Idempotency
from services.registry.facility_duplicates import operations, queries, rules
from services.registry.facility_duplicates.queries import DuplicateFilter, Twins
from services.registry.facility_duplicates.rules import DuplicateState
from services.registry.facility_duplicates.schemas import (
    DuplicateDismiss,
    DuplicateRead,
    TwinRead,
)
from shared.schemas.base import AreaCode
from shared.schemas.jobs import JobRead
from shared.schemas.paging import Page
from shared.scope import Permission
from shared.web.auth import Caller, Requires
from shared.web.jobs import job_path, job_read
from shared.web.now import Now
from shared.web.once import OnceDep, answer_once
from shared.web.openapi import problems
from shared.web.paging import CursorInvalidError, PageArgs, page_of
from shared.web.session import SessionDep

router = APIRouter(prefix="/facility-duplicates", tags=["facility-duplicates"])
scans_router = APIRouter(prefix="/duplicate-scans", tags=["facility-duplicates"])

DuplicateId = Annotated[UUID, Path(description="The pair's identifier.")]
FacilityMerger = Annotated[Caller, Depends(Requires(Permission.FACILITIES_MERGE))]

_EXAMPLE: Final = {"reason": "Dua pesantren bernama sama (DATA SINTETIS)"}


@scans_router.post("", status_code=status.HTTP_202_ACCEPTED, response_model=JobRead)
async def scan_duplicates(
    request: Request, session: SessionDep, _: FacilityMerger, once: OnceDep
) -> Response:
    """Look for facilities that may be one and the same; it is done by itself every night."""

    async def work() -> JobRead:
        return job_read(request, await operations.order_scan(session))

    return await answer_once(
        session, Idempotency, once, work, status=status.HTTP_202_ACCEPTED, location=job_path
    )


@router.get("", responses=problems(CursorInvalidError))
async def list_facility_duplicates(
    *,
    request: Request,
    session: SessionDep,
    caller: FacilityMerger,
    page: PageArgs,
    state: Annotated[DuplicateState, Query()] = DuplicateState.OPEN,
    area: Annotated[AreaCode | None, Query(description="Where either of the two stands.")] = None,
) -> Page[DuplicateRead]:
    """List pairs of facilities that may be one, both within scope, the surest first."""
    rows = await queries.list_duplicates(
        session,
        DuplicateFilter(state, area),
        scope=caller.scope,
        after=None if page.after is None else (int(page.after[0] or 0), UUID(str(page.after[1]))),
        limit=page.fetch,
    )
    return page_of(
        request,
        rows,
        page.limit,
        key=lambda row: [row.duplicate.score, str(row.duplicate.id)],
        read=_read,
    )


def _read(row: Twins) -> DuplicateRead:
    duplicate, one, other = row
    return DuplicateRead(
        id=duplicate.id,
        a=TwinRead.model_validate(one),
        b=TwinRead.model_validate(other),
        score=duplicate.score,
        reasons=[rules.Likeness(each) for each in duplicate.reasons],
        state=duplicate.state,
        reason=duplicate.reason,
        decided_at=duplicate.decided_at,
        version=duplicate.version,
        found_at=duplicate.found_at,
    )


@router.post(
    "/{duplicate_id}/dismiss",
    response_model=DuplicateRead,
    responses=problems(rules.DuplicateNotFoundError, rules.DuplicateDecidedError),
)
async def dismiss_facility_duplicate(
    session: SessionDep,
    caller: FacilityMerger,
    once: OnceDep,
    now: Now,
    duplicate_id: DuplicateId,
    body: Annotated[DuplicateDismiss, Body(examples=[_EXAMPLE])],
) -> Response:
    """Say that the two are two: no scan brings the pair back."""

    async def work() -> DuplicateRead:
        row = await operations.dismiss_duplicate(
            session, duplicate_id, reason=body.reason, scope=caller.scope, now=now
        )
        return _read(row)

    return await answer_once(session, Idempotency, once, work)
