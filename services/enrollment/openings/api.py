"""HTTP face of openings and completions."""

from typing import Annotated, Final, TypeAlias
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Path
from starlette.responses import Response

from services.enrollment.base import Idempotency
from services.enrollment.classes.rules import ClassUnknownError, OutsideScopeError
from services.enrollment.openings import operations, queries, rules
from services.enrollment.openings.schemas import (
    CompletionRead,
    CompletionReport,
    OpeningRead,
    OpeningReport,
)
from shared.scope import Permission
from shared.web.auth import Caller, Requires
from shared.web.now import Now
from shared.web.once import OnceDep, answer_once
from shared.web.openapi import problems
from shared.web.session import SessionDep

router = APIRouter(prefix="/classes/{class_id}", tags=["openings"])

OpeningReader: TypeAlias = Annotated[Caller, Depends(Requires(Permission.ENROLLMENTS_READ))]
ClassRunner: TypeAlias = Annotated[Caller, Depends(Requires(Permission.CLASSES_RUN))]
ClassId: TypeAlias = Annotated[UUID, Path(description="The class.")]

_HERE: Final = "01a1f0c8-6c1e-7bd2-9f3a-5f0c6d2b7e11"
_AWAY: Final = "01a1f0c8-6c1e-7bd2-9f3a-5f0c6d2b7e12"
OpeningBody: TypeAlias = Annotated[
    OpeningReport,
    Body(examples=[{"started_at": "2027-02-08T01:00:00Z", "present": [_HERE], "absent": [_AWAY]}]),
]
CompletionBody: TypeAlias = Annotated[
    CompletionReport, Body(examples=[{"completed": [_HERE], "dropped_out": [_AWAY]}])
]


@router.post(
    "/opening",
    response_model=OpeningRead,
    responses=problems(
        ClassUnknownError,
        OutsideScopeError,
        rules.AlreadyOpenedError,
        rules.StartImplausibleError,
        rules.RollRefusedError,
    ),
)
async def report_opening(
    session: SessionDep,
    *,
    caller: ClassRunner,
    class_id: ClassId,
    body: OpeningBody,
    once: OnceDep,
    now: Now,
) -> Response:
    """Report that a class has started and who is there, be it hours after the fact."""

    async def work() -> OpeningRead:
        opening = await operations.open_class(
            session,
            scope=caller.scope,
            class_id=class_id,
            report=body,
            reported_by=caller.actor.name,
            now=now,
        )
        return OpeningRead.model_validate(opening)

    return await answer_once(session, Idempotency, once, work)


@router.get("/opening", responses=problems(rules.OpeningUnknownError))
async def get_opening(session: SessionDep, caller: OpeningReader, class_id: ClassId) -> OpeningRead:
    """Read when a class has started and how many were there."""
    found = await queries.get_opening(session, scope=caller.scope, class_id=class_id)
    return OpeningRead.model_validate(found)


@router.post(
    "/completion",
    response_model=CompletionRead,
    responses=problems(
        ClassUnknownError,
        OutsideScopeError,
        rules.NotOpenedError,
        rules.RollRefusedError,
        rules.SeatedUnlistedError,
    ),
)
async def report_completion(
    session: SessionDep,
    *,
    caller: ClassRunner,
    class_id: ClassId,
    body: CompletionBody,
    once: OnceDep,
    now: Now,
) -> Response:
    """Report how the training ended for everybody who held a seat."""

    async def work() -> CompletionRead:
        return await operations.complete_class(
            session, scope=caller.scope, class_id=class_id, report=body, now=now
        )

    return await answer_once(session, Idempotency, once, work)
