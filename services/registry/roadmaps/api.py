"""HTTP face of the roadmap to self-reliance."""

from datetime import date
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Path, Query, Request, Response, status

from services.registry.access.rules import OutOfScopeError
from services.registry.areas.schemas import RegionCode
from services.registry.base import Idempotency
from services.registry.facilities.queries import get_facility
from services.registry.facilities.rules import FacilityClosedError, FacilityNotFoundError
from services.registry.maturity.rules import NotCommunityCentreError
from services.registry.roadmaps import operations, queries, rules
from services.registry.roadmaps.queries import MilestoneFilter
from services.registry.roadmaps.rules import MilestoneStatus
from services.registry.roadmaps.schemas import (
    MilestoneCode,
    MilestoneRead,
    MilestoneState,
    RoadmapAdopt,
    RoadmapInFull,
    RoadmapMove,
    RoadmapRead,
    TemplateCreate,
    TemplateInFull,
    TemplateRead,
    TemplateVersion,
)
from shared.clock import ledger_day
from shared.schemas.paging import Page
from shared.scope import Permission
from shared.web.auth import Caller, Requires
from shared.web.etag import IfMatch, check_match, etag_of
from shared.web.now import Now
from shared.web.once import OnceDep, answer_once
from shared.web.openapi import problems
from shared.web.paging import CursorInvalidError, PageArgs, page_of
from shared.web.session import SessionDep

router = APIRouter(tags=["roadmaps"])

FacilityId = Annotated[UUID, Path(description="The community centre's identifier.")]
RoadmapId = Annotated[UUID, Path(description="The roadmap's identifier.")]
Milestone = Annotated[MilestoneCode, Path(description="The milestone's code.")]
Version = Annotated[int, Path(ge=1, le=10_000, description="Version of the national roadmap.")]
RegistryReader = Annotated[Caller, Depends(Requires(Permission.REGISTRY_READ))]
# What holds for the country is published by those who assess; a centre keeps its own roadmap.
TemplateWriter = Annotated[Caller, Depends(Requires(Permission.ASSESSMENTS_WRITE))]
RoadmapWriter = Annotated[Caller, Depends(Requires(Permission.ROADMAPS_WRITE))]

_TEMPLATE: Final = {
    "title": "Peta jalan kemandirian BLK Komunitas",
    "source": "Usulan tim bersama",
    "milestones": [
        {
            "code": "BUSINESS_UNIT",
            "text": {"id": "Unit usaha berjalan.", "en": "A business unit runs."},
            "months": 18,
            "evidence": {"id": "Laporan penjualan.", "en": "A report of sales."},
        }
    ],
}
_ADOPTION: Final = {"template_version": 1, "adopted_on": "2025-11-03", "synthetic": True}
_STATE: Final = {
    "status": "DONE",
    "evidence": {"reference": "arsip/2025/0001", "sha256": "0" * 64},
    "note": "Dua unit usaha.",
    "done_on": "2025-11-03",
}


@router.get("/roadmap-templates", responses=problems(CursorInvalidError))
async def list_roadmap_templates(
    request: Request, session: SessionDep, _: RegistryReader, page: PageArgs
) -> Page[TemplateRead]:
    """List the versions of the national roadmap, the newest first."""
    after = None if page.after is None else int(str(page.after[0]))
    rows = await queries.list_templates(session, after=after, limit=page.fetch)
    return page_of(request, rows, page.limit, key=lambda row: [row.version], read=TemplateRead)


@router.get("/roadmap-templates/{version}", responses=problems(rules.TemplateNotFoundError))
async def get_roadmap_template(
    session: SessionDep, _: RegistryReader, version: Version
) -> TemplateInFull:
    """Return one version of the national roadmap."""
    return await queries.get_template(session, version)


@router.post(
    "/roadmap-templates",
    status_code=status.HTTP_201_CREATED,
    response_model=TemplateInFull,
    responses=problems(
        OutOfScopeError, rules.TemplateInvalidError, rules.TemplateVersionTakenError
    ),
)
async def publish_roadmap_template(
    session: SessionDep,
    caller: TemplateWriter,
    once: OnceDep,
    now: Now,
    body: Annotated[TemplateCreate, Body(examples=[_TEMPLATE])],
) -> Response:
    """Publish the next version of the national roadmap, as an administrator of the country."""

    async def work() -> TemplateInFull:
        return await operations.publish_template(session, body, scope=caller.scope, now=now)

    return await answer_once(
        session,
        Idempotency,
        once,
        work,
        status=status.HTTP_201_CREATED,
        location=lambda template: f"/v1/roadmap-templates/{template.version}",
    )


@router.get("/roadmaps", responses=problems(CursorInvalidError))
async def list_roadmaps(
    *,
    request: Request,
    session: SessionDep,
    _: RegistryReader,
    now: Now,
    page: PageArgs,
    area: Annotated[RegionCode | None, Query()] = None,
    template_version: Annotated[TemplateVersion | None, Query()] = None,
) -> Page[RoadmapRead]:
    """List the roadmaps of the whole country with their progress, in the order of their ids."""
    rows = await queries.list_roadmaps(
        session,
        area=area,
        template_version=template_version,
        today=ledger_day(now),
        after=None if page.after is None else UUID(str(page.after[0])),
        limit=page.fetch,
    )
    return page_of(request, rows, page.limit, key=lambda row: [str(row.id)], read=RoadmapRead)


@router.get(
    "/facilities/{facility_id}/roadmap",
    responses=problems(FacilityNotFoundError, rules.RoadmapNotFoundError),
)
async def get_facility_roadmap(
    session: SessionDep, _: RegistryReader, now: Now, facility_id: FacilityId
) -> RoadmapInFull:
    """Return the roadmap that a centre follows, with its milestones and progress."""
    await get_facility(session, facility_id)
    roadmap = await queries.roadmap_of(session, facility_id)
    return await queries.read_roadmap(session, roadmap, today=ledger_day(now))


@router.post(
    "/facilities/{facility_id}/roadmap",
    status_code=status.HTTP_201_CREATED,
    response_model=RoadmapInFull,
    responses=problems(
        FacilityNotFoundError,
        OutOfScopeError,
        FacilityClosedError,
        NotCommunityCentreError,
        rules.AdoptionDayInvalidError,
        rules.TemplateUnknownError,
        rules.RoadmapIdTakenError,
        rules.RoadmapAdoptedError,
    ),
)
async def adopt_roadmap(
    session: SessionDep,
    caller: RoadmapWriter,
    once: OnceDep,
    now: Now,
    facility_id: FacilityId,
    body: Annotated[RoadmapAdopt, Body(examples=[_ADOPTION])],
) -> Response:
    """Let a community centre follow a version of the national roadmap."""
    today = ledger_day(now)

    async def work() -> RoadmapInFull:
        roadmap = await operations.adopt_roadmap(
            session, facility_id, body, scope=caller.scope, now=now, today=today
        )
        return await queries.read_roadmap(session, roadmap, today=today)

    return await answer_once(
        session,
        Idempotency,
        once,
        work,
        status=status.HTTP_201_CREATED,
        location=lambda made: f"/v1/facilities/{made.facility_id}/roadmap",
    )


@router.post(
    "/roadmaps/{roadmap_id}/move",
    response_model=RoadmapInFull,
    responses=problems(
        rules.RoadmapNotFoundError,
        OutOfScopeError,
        rules.TemplateUnknownError,
        rules.TemplateNotNewerError,
    ),
)
async def move_roadmap(
    session: SessionDep,
    caller: RoadmapWriter,
    once: OnceDep,
    now: Now,
    roadmap_id: RoadmapId,
    body: Annotated[RoadmapMove, Body(examples=[{"template_version": 2}])],
) -> Response:
    """Let a centre follow a newer version: milestones that are done stay done."""

    async def work() -> RoadmapInFull:
        roadmap = await operations.move_roadmap(
            session, roadmap_id, version=body.template_version, scope=caller.scope, now=now
        )
        return await queries.read_roadmap(session, roadmap, today=ledger_day(now))

    return await answer_once(session, Idempotency, once, work)


@router.put(
    "/roadmaps/{roadmap_id}/milestones/{milestone}",
    response_model=MilestoneRead,
    responses=problems(
        rules.RoadmapNotFoundError,
        rules.MilestoneNotFoundError,
        OutOfScopeError,
        rules.MilestoneStatusRefusedError,
        rules.EvidenceMissingError,
        rules.NoteMissingError,
        rules.DoneDayInvalidError,
    ),
)
async def state_milestone(
    *,
    session: SessionDep,
    caller: RoadmapWriter,
    roadmap_id: RoadmapId,
    milestone: Milestone,
    if_match: IfMatch,
    now: Now,
    body: Annotated[MilestoneState, Body(examples=[_STATE])],
) -> Response:
    """Say how far a milestone is; If-Match carries the milestone's version that was read."""
    today = ledger_day(now)
    await queries.get_roadmap_for_change(session, roadmap_id, scope=caller.scope)
    row, template = await queries.get_milestone(session, roadmap_id, milestone)
    check_match(if_match, row.version)
    await operations.state_milestone(session, row, body, now=now, today=today)
    return Response(
        queries.read_milestone(row, template, today=today).model_dump_json(),
        media_type="application/json",
        headers={"ETag": etag_of(row.version)},
    )


@router.get("/milestones", responses=problems(CursorInvalidError))
async def list_milestones(
    *,
    request: Request,
    session: SessionDep,
    caller: RegistryReader,
    now: Now,
    page: PageArgs,
    status: Annotated[MilestoneStatus | None, Query()] = None,
    overdue: Annotated[bool, Query(description="Only those whose day has passed.")] = False,
    area: Annotated[RegionCode | None, Query()] = None,
    facility_id: Annotated[UUID | None, Query(description="A centre.")] = None,
) -> Page[MilestoneRead]:
    """List the milestones of centres within the caller's scope, the first due first."""
    wanted = MilestoneFilter(
        today=ledger_day(now), status=status, overdue=overdue, area=area, facility_id=facility_id
    )
    rows = await queries.list_milestones(
        session, wanted, scope=caller.scope, after=_after(page.after), limit=page.fetch
    )
    return page_of(
        request,
        rows,
        page.limit,
        key=lambda row: [row.due_on.isoformat(), str(row.roadmap_id), row.code],
        read=MilestoneRead,
    )


def _after(values: list[str | int | float | None] | None) -> tuple[date, UUID, str] | None:
    if values is None:
        return None
    due_on, roadmap_id, code = (str(value) for value in values)
    return date.fromisoformat(due_on), UUID(roadmap_id), code
