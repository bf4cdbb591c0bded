"""HTTP face of instructors."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Path, Query, Request, Response, status

from services.registry.access.rules import OutOfScopeError
from services.registry.base import Idempotency
from services.registry.facilities.rules import FacilityClosedError
from services.registry.instructors import operations, queries
from services.registry.instructors.rules import (
    HomeFacilityUnknownError,
    InstructorCodeTakenError,
    InstructorIdTakenError,
    InstructorNotFoundError,
)
from services.registry.instructors.schemas import InstructorCreate, InstructorRead
from shared.schemas.paging import Page
from shared.scope import Permission
from shared.web.auth import Caller, Requires
from shared.web.now import Now
from shared.web.once import OnceDep, answer_once
from shared.web.openapi import problems
from shared.web.paging import CursorInvalidError, PageArgs, page_of
from shared.web.session import SessionDep

router = APIRouter(prefix="/instructors", tags=["instructors"])

InstructorId = Annotated[UUID, Path(description="The instructor's identifier.")]
RegistryReader = Annotated[Caller, Depends(Requires(Permission.REGISTRY_READ))]
InstructorWriter = Annotated[Caller, Depends(Requires(Permission.INSTRUCTORS_WRITE))]

_EXAMPLE: Final = {
    "code": "INS-0001",
    "name": "Contoh Instruktur (DATA SINTETIS)",
    "home_facility_id": "01a1f0c8-6c1e-7bd2-9f3a-5f0c6d2b7e11",
    "competences": ["BAKERY"],
    "synthetic": True,
}


@router.get("", responses=problems(CursorInvalidError))
async def list_instructors(
    request: Request,
    session: SessionDep,
    caller: RegistryReader,
    page: PageArgs,
    facility_id: Annotated[UUID | None, Query(description="Her home facility.")] = None,
) -> Page[InstructorRead]:
    """List the instructors within the caller's scope in the order of their codes."""
    rows = await queries.list_instructors(
        session,
        scope=caller.scope,
        facility_id=facility_id,
        after=page.after_text,
        limit=page.fetch,
    )
    return page_of(request, rows, page.limit, key=lambda row: [row.code], read=InstructorRead)


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    response_model=InstructorRead,
    responses=problems(
        HomeFacilityUnknownError,
        OutOfScopeError,
        FacilityClosedError,
        InstructorIdTakenError,
        InstructorCodeTakenError,
    ),
)
async def register_instructor(
    session: SessionDep,
    caller: InstructorWriter,
    once: OnceDep,
    now: Now,
    body: Annotated[InstructorCreate, Body(examples=[_EXAMPLE])],
) -> Response:
    """Register an instructor at a facility within the caller's scope."""

    async def work() -> InstructorRead:
        instructor = await operations.register_instructor(
            session, body, scope=caller.scope, now=now
        )
        return InstructorRead.model_validate(instructor)

    return await answer_once(
        session,
        Idempotency,
        once,
        work,
        status=status.HTTP_201_CREATED,
        location=lambda instructor: f"/v1/instructors/{instructor.id}",
    )


@router.get("/{instructor_id}", responses=problems(InstructorNotFoundError))
async def get_instructor(
    session: SessionDep, caller: RegistryReader, instructor_id: InstructorId
) -> InstructorRead:
    """Return one instructor within the caller's scope."""
    instructor = await queries.get_instructor(session, instructor_id, scope=caller.scope)
    return InstructorRead.model_validate(instructor)
