"""HTTP face of changes of areas, and of the work list that they leave."""

from datetime import date, datetime, time
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Path, Query, Request, Response, status

from services.registry.access.rules import OutOfScopeError
from services.registry.area_changes import operations, queries, rules
from services.registry.area_changes.rules import WorkItemState
from services.registry.area_changes.schemas import (
    AreaChangeCreate,
    AreaChangeRead,
    WorkItemRead,
    WorkItemResolve,
)
from services.registry.areas.rules import (
    AreaParentUnknownError,
    AreaTooCoarseError,
    AreaUnknownError,
    AreaValidityOverlapsError,
    TimeZoneUnknownError,
)
from services.registry.base import Idempotency
from services.registry.facilities.rules import FacilityClosedError, FacilityMergedError
from services.registry.institutions.rules import InstitutionEndedError
from shared.clock import JAKARTA, ledger_day
from shared.schemas.paging import Page
from shared.scope import Permission
from shared.web.auth import Caller, Requires
from shared.web.now import Now
from shared.web.once import OnceDep, answer_once
from shared.web.openapi import problems
from shared.web.paging import CursorInvalidError, PageArgs, page_of
from shared.web.session import SessionDep

router = APIRouter(prefix="/area-changes", tags=["areas"])
items_router = APIRouter(prefix="/area-work-items", tags=["areas"])

ChangeId = Annotated[UUID, Path(description="The change's identifier.")]
ItemId = Annotated[UUID, Path(description="The work item's identifier.")]
RegistryReader = Annotated[Caller, Depends(Requires(Permission.REGISTRY_READ))]
ReferenceImporter = Annotated[Caller, Depends(Requires(Permission.REFERENCE_IMPORT))]
FacilityWriter = Annotated[Caller, Depends(Requires(Permission.FACILITIES_WRITE))]

_EXAMPLE: Final = {
    "kind": "RECODE",
    "decree": "UU 14/2022 (contoh)",
    "valid_from": "2027-01-01",
    "from_codes": ["91.01"],
    "to": [{"code": "93.01", "name": "Kabupaten Merauke"}],
}


@router.get("", responses=problems(CursorInvalidError))
async def list_area_changes(
    request: Request, session: SessionDep, _: RegistryReader, page: PageArgs
) -> Page[AreaChangeRead]:
    """List changes of areas in the order of the days from which they hold."""
    after = None
    if page.after:
        after = (date.fromisoformat(str(page.after[0])), UUID(str(page.after[1])))
    rows = await queries.list_changes(session, after=after, limit=page.fetch)
    return page_of(
        request,
        rows,
        page.limit,
        key=lambda row: [row.valid_from.isoformat(), str(row.id)],
        read=AreaChangeRead,
    )


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    response_model=AreaChangeRead,
    responses=problems(
        rules.AreaChangeShapeError,
        rules.AreaLevelMismatchError,
        rules.AreaChangeTooEarlyError,
        rules.AreaChildrenUnplacedError,
        AreaUnknownError,
        AreaParentUnknownError,
        TimeZoneUnknownError,
        AreaValidityOverlapsError,
    ),
)
async def decree_area_change(
    session: SessionDep,
    _: ReferenceImporter,
    once: OnceDep,
    now: Now,
    body: Annotated[AreaChangeCreate, Body(examples=[_EXAMPLE])],
) -> Response:
    """Split, merge, rename or re-code areas by a decree, from a day on.

    RENAME: one code, the same in `to` under another name. RECODE: codes and, in the same order,
    their new codes. MERGE: several into one, which may be one of them. SPLIT: one into several; it
    stays if it is among them. Areas below an old one follow it under the last part of their codes;
    `children` says so of those that get another, and in a split of each that leaves. A new area
    that a list has brought in since the same day is taken for the one that is meant.

    On that day the job `job_id` moves what stands on codes that have exactly one successor; the
    rest goes to the list of area work items.
    """

    async def work() -> AreaChangeRead:
        begins = datetime.combine(body.valid_from, time.min, tzinfo=JAKARTA)
        change = await operations.decree_change(session, body, begins=begins, now=now)
        return AreaChangeRead.model_validate(change)

    return await answer_once(
        session,
        Idempotency,
        once,
        work,
        status=status.HTTP_201_CREATED,
        location=lambda change: f"/v1/area-changes/{change.id}",
    )


@router.get("/{change_id}", responses=problems(rules.AreaChangeNotFoundError))
async def get_area_change(
    session: SessionDep, _: RegistryReader, change_id: ChangeId
) -> AreaChangeRead:
    """Return one change of areas."""
    return AreaChangeRead.model_validate(await queries.get_change(session, change_id))


@items_router.get("", responses=problems(CursorInvalidError))
async def list_area_work_items(
    *,
    request: Request,
    session: SessionDep,
    caller: FacilityWriter,
    page: PageArgs,
    state: Annotated[WorkItemState, Query()] = WorkItemState.OPEN,
) -> Page[WorkItemRead]:
    """List facilities and institutions within scope whose area is to be decided, oldest first."""
    rows = await queries.list_work_items(
        session,
        scope=caller.scope,
        state=state,
        after=UUID(str(page.after[0])) if page.after else None,
        limit=page.fetch,
    )
    return page_of(request, rows, page.limit, key=lambda row: [str(row.id)], read=WorkItemRead)


@items_router.post(
    "/{item_id}/resolve",
    response_model=WorkItemRead,
    responses=problems(
        rules.WorkItemNotFoundError,
        rules.WorkItemResolvedError,
        rules.AreaNotCandidateError,
        AreaUnknownError,
        AreaTooCoarseError,
        OutOfScopeError,
        FacilityClosedError,
        FacilityMergedError,
        InstitutionEndedError,
    ),
)
async def resolve_area_work_item(
    session: SessionDep,
    caller: FacilityWriter,
    once: OnceDep,
    now: Now,
    item_id: ItemId,
    body: Annotated[WorkItemResolve, Body(examples=[{"area_code": "93.01.01"}])],
) -> Response:
    """Say in which area a facility or institution stands now: a candidate, or one below it."""

    async def work() -> WorkItemRead:
        item = await operations.resolve_item(
            session,
            item_id,
            body.area_code,
            scope=caller.scope,
            today=ledger_day(now),
            now=now,
        )
        return WorkItemRead.model_validate(item)

    return await answer_once(session, Idempotency, once, work)
