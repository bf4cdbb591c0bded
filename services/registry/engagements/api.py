"""HTTP face of engagements: who is free, who teaches when; classes engage through reservations."""

from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Path, Query, Request, Response
from pydantic import AwareDatetime, StringConstraints

from services.registry.access.rules import OutOfScopeError
from services.registry.base import Idempotency
from services.registry.engagements import operations, queries, rules
from services.registry.engagements.queries import InstructorFilter
from services.registry.engagements.schemas import EngagementRead, InstructorEnd, LoadRead
from services.registry.instructors.queries import get_instructor
from services.registry.instructors.rules import InstructorLeftError, InstructorNotFoundError
from services.registry.instructors.schemas import InstructorRead
from services.registry.modules.schemas import Competence
from shared.clock import JAKARTA, ledger_day
from shared.schemas.paging import Page
from shared.scope import Permission
from shared.web.auth import Caller, Requires
from shared.web.etag import etag_of
from shared.web.now import Now
from shared.web.once import OnceDep, answer_once
from shared.web.openapi import problems
from shared.web.paging import CursorInvalidError, PageArgs, page_of
from shared.web.session import SessionDep

router = APIRouter(prefix="/instructors", tags=["instructors"])

InstructorId = Annotated[UUID, Path(description="The instructor's identifier.")]
RegistryReader = Annotated[Caller, Depends(Requires(Permission.REGISTRY_READ))]
InstructorWriter = Annotated[Caller, Depends(Requires(Permission.INSTRUCTORS_WRITE))]
Month = Annotated[
    str,
    StringConstraints(pattern=r"^(19|20|21)\d{2}-(0[1-9]|1[0-2])$"),
    Query(description="A calendar month: 2026-05."),
]

_END: Final = {"left_on": "2027-12-31"}


@router.get("", responses=problems(rules.FreeRangeInvalidError, CursorInvalidError))
async def list_instructors(
    *,
    request: Request,
    session: SessionDep,
    caller: RegistryReader,
    page: PageArgs,
    now: Now,
    facility_id: Annotated[UUID | None, Query(description="Her home facility.")] = None,
    competence: Annotated[Competence | None, Query()] = None,
    free_from: Annotated[
        AwareDatetime | None, Query(description="With `free_to`: who teaches nowhere in between.")
    ] = None,
    free_to: Annotated[AwareDatetime | None, Query()] = None,
    certified: Annotated[
        bool,
        Query(
            description="Who holds a certificate, of `competence` if given, that is valid from"
            " the first to the last of the free days, otherwise today. Days are those of Jakarta."
        ),
    ] = False,
) -> Page[InstructorRead]:
    """List the instructors within the caller's scope in the order of their codes."""
    free = rules.free_period(free_from, free_to)
    today = ledger_day(now)
    days = (today, today) if free is None else rules.days_of([free], JAKARTA)
    wanted = InstructorFilter(
        facility_id=facility_id,
        competence=competence,
        free=free,
        certified_on=days if certified else None,
        serving_on=None if free is None else days[1],
    )
    rows = await queries.list_instructors(
        session, scope=caller.scope, wanted=wanted, after=page.after_text, limit=page.fetch
    )
    return page_of(request, rows, page.limit, key=lambda row: [row.code], read=InstructorRead)


@router.get(
    "/{instructor_id}/engagements",
    responses=problems(InstructorNotFoundError, CursorInvalidError),
)
async def list_instructor_engagements(
    request: Request,
    session: SessionDep,
    caller: RegistryReader,
    page: PageArgs,
    instructor_id: InstructorId,
    ends_after: Annotated[
        AwareDatetime | None, Query(description="Leaves out what is over by then.")
    ] = None,
) -> Page[EngagementRead]:
    """List the sessions for which an instructor within the caller's scope is engaged."""
    instructor = await get_instructor(session, instructor_id, scope=caller.scope)
    begun = page.after_text
    rows = await queries.list_engagements(
        session,
        instructor.id,
        ends_after=ends_after,
        after=None if begun is None else datetime.fromisoformat(begun),
        limit=page.fetch,
    )
    return page_of(
        request, rows, page.limit, key=lambda row: [row.starts_at.isoformat()], read=EngagementRead
    )


@router.get("/{instructor_id}/load", responses=problems(InstructorNotFoundError))
async def get_instructor_load(
    session: SessionDep, caller: RegistryReader, instructor_id: InstructorId, month: Month
) -> LoadRead:
    """Return how much an instructor within the caller's scope is engaged in a month."""
    instructor = await get_instructor(session, instructor_id, scope=caller.scope)
    window = rules.month_of(month, await queries.zone_of(session, instructor))
    found = await queries.periods_within(session, instructor.id, window)
    return LoadRead(
        instructor_id=instructor.id,
        month=month,
        hours=rules.hours_within((period for _, period in found), window),
        sessions=len(found),
        classes=len({class_id for class_id, _ in found}),
    )


@router.post(
    "/{instructor_id}/end",
    response_model=InstructorRead,
    responses=problems(
        InstructorNotFoundError,
        OutOfScopeError,
        InstructorLeftError,
        rules.InstructorStillEngagedError,
    ),
)
async def end_instructor_service(
    session: SessionDep,
    caller: InstructorWriter,
    once: OnceDep,
    now: Now,
    instructor_id: InstructorId,
    body: Annotated[InstructorEnd, Body(examples=[_END])],
) -> Response:
    """Note the last day in service of an instructor; she is engaged no later than that."""

    async def work() -> InstructorRead:
        instructor = await operations.end_service(
            session, instructor_id, left_on=body.left_on, scope=caller.scope, now=now
        )
        return InstructorRead.model_validate(instructor)

    return await answer_once(
        session, Idempotency, once, work, etag=lambda instructor: etag_of(instructor.version)
    )
