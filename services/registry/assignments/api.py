"""HTTP face of assignments."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Path, Query, Request, Response, status

from services.registry.access.rules import OutOfScopeError
from services.registry.areas.rules import AreaUnknownError
from services.registry.assignments import operations, queries, rules
from services.registry.assignments.operations import Terms
from services.registry.assignments.queries import AssignmentFilter
from services.registry.assignments.rules import Login
from services.registry.assignments.schemas import (
    EXAMPLE,
    AssignmentChange,
    AssignmentCreate,
    AssignmentRead,
    AssignmentRevoke,
)
from services.registry.assignments.tables import Assignment
from services.registry.base import Idempotency
from shared.clock import ledger_day, utc_now
from shared.schemas.paging import Page
from shared.scope import Grant, Permission, Role
from shared.settings import ServiceSettings
from shared.web.auth import Caller, Requires
from shared.web.etag import IfMatch, check_match, etag_of, not_modified
from shared.web.once import OnceDep, answer_once
from shared.web.openapi import problems
from shared.web.paging import CursorInvalidError, PageArgs, page_of
from shared.web.session import SessionDep

router = APIRouter(prefix="/assignments", tags=["assignments"])

AssignmentId = Annotated[UUID, Path(description="The assignment's identifier.")]
AssignmentReader = Annotated[Caller, Depends(Requires(Permission.ASSIGNMENTS_READ))]
AssignmentWriter = Annotated[Caller, Depends(Requires(Permission.ASSIGNMENTS_WRITE))]

NOT_HIS: Final = (rules.OwnAssignmentError, rules.RoleNotGrantableError, OutOfScopeError)


async def _roles_of(request: Request) -> Mapping[str, frozenset[Role]]:
    """Return which roles the callers of each assigned issuer may have."""
    settings: ServiceSettings = request.scope["state"]["settings"]
    return {
        issuer.issuer: frozenset(role for role in Role if issuer.may_claim(role))
        for issuer in settings.issuers
        if issuer.assigned
    }


RolesOf = Annotated[Mapping[str, frozenset[Role]], Depends(_roles_of)]


@router.get("", responses=problems(CursorInvalidError))
async def list_assignments(
    request: Request,
    session: SessionDep,
    caller: AssignmentReader,
    page: PageArgs,
    *,
    role: Annotated[Role | None, Query()] = None,
    facility_id: Annotated[UUID | None, Query(description="A facility that it names.")] = None,
    on: Annotated[date | None, Query(description="Only those in force on this day.")] = None,
) -> Page[AssignmentRead]:
    """List the assignments that reach into the caller's scope, in the order of their ids."""
    rows = await queries.list_assignments(
        session,
        AssignmentFilter(role=role, facility_id=facility_id, on=on),
        scope=caller.scope,
        after=None if page.after_text is None else UUID(page.after_text),
        limit=page.fetch,
    )
    return page_of(request, rows, page.limit, key=lambda row: [str(row.id)], read=AssignmentRead)


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    response_model=AssignmentRead,
    responses=problems(
        *NOT_HIS,
        AreaUnknownError,
        rules.IssuerUnknownError,
        rules.AssignmentReachInvalidError,
        rules.AssignmentPeriodInvalidError,
        rules.AssignedFacilityUnknownError,
        rules.AssignmentIdTakenError,
        rules.AssignmentOverlapError,
    ),
)
async def grant_assignment(
    session: SessionDep,
    caller: AssignmentWriter,
    once: OnceDep,
    roles_of: RolesOf,
    body: Annotated[AssignmentCreate, Body(examples=[EXAMPLE])],
) -> Response:
    """Let a login act in a role that is not above the caller's, within the caller's own reach."""
    # Who may act is no matter of a demonstration's story: it is judged by the real clock.
    now = utc_now()
    today = ledger_day(now)
    grant = Grant(
        role=body.role,
        ministries=tuple(dict.fromkeys(body.ministries)),
        areas=tuple(dict.fromkeys(body.areas)),
        facilities=tuple(dict.fromkeys(body.facilities)),
    )
    terms = Terms(body.label, body.valid_from or today, body.valid_to, id=body.id)

    async def work() -> AssignmentRead:
        assignment = await operations.grant_assignment(
            session,
            Login(body.issuer, body.subject),
            grant,
            terms,
            actor=caller.actor,
            roles_of=roles_of,
            now=now,
            today=today,
        )
        return AssignmentRead.model_validate(assignment)

    return await answer_once(
        session,
        Idempotency,
        once,
        work,
        status=status.HTTP_201_CREATED,
        location=lambda assignment: f"/v1/assignments/{assignment.id}",
        etag=lambda assignment: etag_of(assignment.version),
    )


@router.get(
    "/{assignment_id}",
    response_model=AssignmentRead,
    responses={
        **problems(rules.AssignmentNotFoundError),
        304: {"description": "Not Modified"},
    },
)
async def get_assignment(
    request: Request, session: SessionDep, caller: AssignmentReader, assignment_id: AssignmentId
) -> Response:
    """Return one assignment that reaches into the caller's scope."""
    assignment = await queries.get_assignment(session, assignment_id, scope=caller.scope)
    return not_modified(request, etag_of(assignment.version)) or _answer(assignment)


@router.patch(
    "/{assignment_id}",
    response_model=AssignmentRead,
    responses=problems(
        *NOT_HIS,
        rules.AssignmentNotFoundError,
        rules.AssignmentRevokedError,
        rules.AssignmentPeriodInvalidError,
        rules.AssignmentOverlapError,
    ),
)
async def change_assignment(
    session: SessionDep,
    caller: AssignmentWriter,
    assignment_id: AssignmentId,
    if_match: IfMatch,
    body: Annotated[
        AssignmentChange,
        Body(
            media_type="application/merge-patch+json",
            examples=[{"valid_to": "2027-12-31"}],
        ),
    ],
) -> Response:
    """Change label or validity; If-Match carries the version that was read."""
    assignment = await queries.get_assignment(
        session, assignment_id, scope=caller.scope, for_update=True
    )
    check_match(if_match, assignment.version)
    await operations.change_assignment(session, assignment, body, actor=caller.actor, now=utc_now())
    return _answer(assignment)


@router.post(
    "/{assignment_id}/revoke",
    response_model=AssignmentRead,
    responses=problems(*NOT_HIS, rules.AssignmentNotFoundError, rules.AssignmentRevokedError),
)
async def revoke_assignment(
    session: SessionDep,
    caller: AssignmentWriter,
    once: OnceDep,
    assignment_id: AssignmentId,
    body: Annotated[AssignmentRevoke, Body(examples=[{"reason": "Pindah tugas"}])],
) -> Response:
    """End an assignment at once: within a second here, elsewhere when the event is read."""

    async def work() -> AssignmentRead:
        assignment = await queries.get_assignment(
            session, assignment_id, scope=caller.scope, for_update=True
        )
        await operations.revoke_assignment(
            session, assignment, reason=body.reason, actor=caller.actor, now=utc_now()
        )
        return AssignmentRead.model_validate(assignment)

    return await answer_once(
        session, Idempotency, once, work, etag=lambda assignment: etag_of(assignment.version)
    )


def _answer(assignment: Assignment) -> Response:
    return Response(
        AssignmentRead.model_validate(assignment).model_dump_json(),
        media_type="application/json",
        headers={"ETag": etag_of(assignment.version)},
    )
