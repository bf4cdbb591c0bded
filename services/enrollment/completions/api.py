"""HTTP face of completions."""

from typing import Annotated, Final, TypeAlias
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Path, Request, Response

from services.enrollment.base import Idempotency
from services.enrollment.classes.rules import ClassUnknownError, OutsideScopeError
from services.enrollment.completions import operations, queries
from services.enrollment.completions.rules import CompletionUndecidedError
from services.enrollment.completions.schemas import (
    CompletionFollowed,
    CompletionFollowedRead,
    JudgementRead,
)
from services.enrollment.openings.rules import NotOpenedError, RollRefusedError
from shared.schemas.paging import Page
from shared.scope import Permission
from shared.web.auth import Caller, Requires
from shared.web.now import Now
from shared.web.once import OnceDep, answer_once
from shared.web.openapi import problems
from shared.web.paging import CursorInvalidError, PageArgs, page_of
from shared.web.session import SessionDep

router = APIRouter(prefix="/classes/{class_id}/completion", tags=["completions"])

CompletionReader: TypeAlias = Annotated[Caller, Depends(Requires(Permission.ENROLLMENTS_READ))]
ClassRunner: TypeAlias = Annotated[Caller, Depends(Requires(Permission.CLASSES_RUN))]
ClassId: TypeAlias = Annotated[UUID, Path(description="The class.")]

_EXAMPLE: Final = {
    "exceptions": [
        {
            "enrollment_id": "01a1f0c8-6c1e-7bd2-9f3a-5f0c6d2b7e11",
            "ending": "COMPLETED",
            "reason": "Ujian susulan di luar jadwal",
        }
    ]
}


@router.get("", responses=problems(ClassUnknownError, CursorInvalidError))
async def list_judgements(
    request: Request,
    session: SessionDep,
    *,
    caller: CompletionReader,
    class_id: ClassId,
    now: Now,
    page: PageArgs,
) -> Page[JudgementRead]:
    """List who has passed by the programme's rule, who has not, and why; names are masked."""
    after = None if page.after is None else UUID(str(page.after[0]))
    rows = await queries.list_judgements(
        session, class_id, scope=caller.scope, after=after, limit=page.fetch, now=now
    )
    return page_of(
        request, rows, page.limit, key=lambda row: [str(row.enrollment_id)], read=lambda row: row
    )


@router.post(
    "/follow",
    response_model=CompletionFollowedRead,
    responses=problems(
        ClassUnknownError,
        OutsideScopeError,
        NotOpenedError,
        RollRefusedError,
        CompletionUndecidedError,
    ),
)
async def follow_judgement(
    session: SessionDep,
    *,
    caller: ClassRunner,
    class_id: ClassId,
    body: Annotated[CompletionFollowed, Body(examples=[_EXAMPLE])],
    once: OnceDep,
    now: Now,
) -> Response:
    """End a class as the rule says: who passed completes, who did not drops out.

    An exception ends otherwise and gives its reason; who cannot be judged yet needs one.
    """

    async def work() -> CompletionFollowedRead:
        return await operations.follow_judgement(
            session,
            class_id=class_id,
            told=body,
            scope=caller.scope,
            decided_by=caller.actor.name,
            now=now,
        )

    return await answer_once(session, Idempotency, once, work)
