"""HTTP face of cohorts, and of the plans that they follow."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from services.reporting.base import Idempotency
from services.reporting.followup_cohorts import operations, queries, rules
from services.reporting.followup_cohorts.queries import CohortFilter
from services.reporting.followup_cohorts.rules import CohortState
from services.reporting.followup_cohorts.schemas import CohortRead, PlanChange, PlanRead
from services.reporting.followup_instruments.queries import get_program
from services.reporting.followup_instruments.rules import (
    NotYourProgramError,
    ProgramUnknownError,
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

router = APIRouter(prefix="/followup-cohorts", tags=["followups"])
plans_router = APIRouter(prefix="/followup-plans", tags=["followups"])

Reader = Annotated[Caller, Depends(Requires(Permission.FOLLOWUPS_READ))]
Writer = Annotated[Caller, Depends(Requires(Permission.FOLLOWUPS_WRITE))]
Designer = Annotated[Caller, Depends(Requires(Permission.FOLLOWUPS_DESIGN))]
CohortId = Annotated[UUID, Path(description="The cohort's identifier.")]
ProgramId = Annotated[UUID, Path(description="The programme's identifier.")]


async def _filter(
    *,
    program_id: UUID | None = None,
    wave_id: UUID | None = None,
    facility_id: UUID | None = None,
    class_id: UUID | None = None,
    horizon_months: Annotated[int | None, Query(description="3, 6 or 12.")] = None,
    state: CohortState | None = None,
) -> CohortFilter:
    return CohortFilter(
        program_id=program_id,
        wave_id=wave_id,
        facility_id=facility_id,
        class_id=class_id,
        horizon_months=horizon_months,
        state=state,
    )


@router.get("", responses=problems(CursorInvalidError))
async def list_followup_cohorts(
    caller: Reader,
    session: SessionDep,
    request: Request,
    page: PageArgs,
    chosen: Annotated[CohortFilter, Depends(_filter)],
) -> Page[CohortRead]:
    """List which classes were, are and will be asked, and how many of their people answered."""
    rows = await queries.list_cohorts(
        session,
        scope=caller.scope,
        chosen=chosen,
        after=UUID(str(page.after[0])) if page.after else None,
        limit=page.fetch,
    )
    reads = await queries.reads_of(session, rows)
    return page_of(
        request, rows, page.limit, key=lambda row: [str(row.id)], read=lambda row: reads[row.id]
    )


@router.get("/{cohort_id}", responses=problems(rules.CohortUnknownError))
async def get_followup_cohort(
    cohort_id: CohortId, caller: Reader, session: SessionDep
) -> CohortRead:
    """Return one cohort, and how many of its people have answered."""
    cohort = await queries.get_cohort(session, cohort_id, scope=caller.scope)
    return (await queries.reads_of(session, [cohort]))[cohort.id]


@router.post(
    "/{cohort_id}/open",
    response_model=CohortRead,
    responses=problems(
        rules.CohortUnknownError, rules.CohortNotDueError, rules.CohortNotPlannedError
    ),
)
async def open_followup_cohort(
    cohort_id: CohortId, caller: Writer, session: SessionDep, once: OnceDep, now: Now
) -> Response:
    """Ask the people of a class whose day has come, without waiting for the calendar to do it."""

    async def work() -> CohortRead:
        cohort = await queries.get_cohort(session, cohort_id, scope=caller.scope, alone=True)
        await operations.open_cohort(session, cohort, today=ledger_day(now), now=now)
        return (await queries.reads_of(session, [cohort]))[cohort.id]

    return await answer_once(session, Idempotency, once, work)


@plans_router.get("/{program_id}", responses=problems(ProgramUnknownError))
async def get_followup_plan(
    program_id: ProgramId, _: Reader, session: SessionDep, response: Response
) -> PlanRead:
    """Return when the people of a programme are asked; version 0 is what holds for all."""
    await get_program(session, program_id)
    read = queries.plan_read(program_id, await queries.find_plan(session, program_id))
    response.headers["ETag"] = etag_of(read.version)
    return read


@plans_router.put(
    "/{program_id}",
    responses=problems(ProgramUnknownError, NotYourProgramError, rules.PlanInvalidError),
)
async def state_followup_plan(
    *,
    program_id: ProgramId,
    caller: Designer,
    session: SessionDep,
    if_match: IfMatch,
    now: Now,
    body: PlanChange,
    response: Response,
) -> PlanRead:
    """Say when the people of a programme are asked, in classes that end from now on.

    The first has If-Match "0". Classes that have ended keep the days that they were given.
    """
    present = await queries.find_plan(session, program_id, for_update=True)
    check_match(if_match, 0 if present is None else present.version)
    plan = await operations.state_plan(
        session, program_id, present, change=body, scope=caller.scope, now=now
    )
    response.headers["ETag"] = etag_of(plan.version)
    return queries.plan_read(program_id, plan)
