"""HTTP face of openings and completions."""

from typing import Annotated, Final, TypeAlias
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Path
from starlette.responses import Response

from services.enrollment.base import Idempotency
from services.enrollment.classes.queries import read_of
from services.enrollment.classes.rules import (
    ClassNotPlannedError,
    ClassUnknownError,
    OutsideScopeError,
)
from services.enrollment.classes.schemas import ClassRead
from services.enrollment.openings import operations, queries, rules
from services.enrollment.openings.schemas import (
    ClassCancel,
    CompletionRead,
    CompletionReport,
    OpeningRead,
    OpeningReport,
)
from services.enrollment.wave_decisions.rules import WaveNotGoError
from services.enrollment.waves.rules import WaveCancelledError
from shared.scope import Permission
from shared.web.auth import Caller, Requires
from shared.web.now import Now
from shared.web.once import OnceDep, answer_once
from shared.web.openapi import problems
from shared.web.session import SessionDep

router = APIRouter(prefix="/classes/{class_id}", tags=["openings"])

OpeningReader: TypeAlias = Annotated[Caller, Depends(Requires(Permission.ENROLLMENTS_READ))]
ClassRunner: TypeAlias = Annotated[Caller, Depends(Requires(Permission.CLASSES_RUN))]
ClassWriter: TypeAlias = Annotated[Caller, Depends(Requires(Permission.CLASSES_WRITE))]
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

CancelBody: TypeAlias = Annotated[
    ClassCancel, Body(examples=[{"reason": "Balai batal menyelenggarakan"}])
]


@router.post(
    "/opening",
    response_model=OpeningRead,
    responses=problems(
        ClassUnknownError,
        OutsideScopeError,
        rules.AlreadyOpenedError,
        rules.PresenceReportedError,
        rules.StartImplausibleError,
        WaveNotGoError,
        WaveCancelledError,
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
    """Report that a class has started and who is there, be it hours after the fact.

    A later report, under another key and with the same `started_at`, adds those whom no report has
    named, such as who was promoted after the opening. What has been said of somebody stands: a
    report that names somebody again is refused whole.
    """

    async def work() -> OpeningRead:
        opening = await operations.report_opening(
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


@router.post(
    "/cancel",
    response_model=ClassRead,
    responses=problems(ClassUnknownError, OutsideScopeError, ClassNotPlannedError),
)
async def cancel_class(
    session: SessionDep,
    *,
    caller: ClassWriter,
    class_id: ClassId,
    body: CancelBody,
    once: OnceDep,
    now: Now,
) -> Response:
    """Call a planned class off: who had a seat or waited is free to go elsewhere.

    The reason stands in each of their enrollments.
    """

    async def work() -> ClassRead:
        cancelled = await operations.cancel_class(
            session, scope=caller.scope, class_id=class_id, reason=body.reason, now=now
        )
        return read_of(cancelled)

    return await answer_once(session, Idempotency, once, work)
