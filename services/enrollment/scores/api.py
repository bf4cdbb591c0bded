"""HTTP face of scores."""

from typing import Annotated, Final, TypeAlias
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Path, Request, Response

from services.enrollment.applications.queries import get_application
from services.enrollment.applications.rules import ApplicationUnknownError
from services.enrollment.base import Audit
from services.enrollment.scores import operations, queries, rules
from services.enrollment.scores.operations import Given
from services.enrollment.scores.schemas import ScoreGive, ScoreRead
from services.enrollment.selection_criteria.rules import (
    CriterionUnknownError,
    ScoresFrozenError,
    WaveNotScoredError,
)
from services.enrollment.selection_criteria.schemas import CriterionCode
from shared.db.audit import note_read
from shared.schemas.paging import Page
from shared.scope import Permission
from shared.web.auth import Caller, Requires
from shared.web.etag import IfMatch, check_match, etag_of
from shared.web.now import Now
from shared.web.openapi import problems
from shared.web.paging import CursorInvalidError, PageArgs, page_of
from shared.web.session import SessionDep

router = APIRouter(
    prefix="/participants/{participant_id}/applications/{application_id}/scores", tags=["scores"]
)

ParticipantId: TypeAlias = Annotated[UUID, Path(description="The person who applies.")]
ApplicationId: TypeAlias = Annotated[UUID, Path(description="The application.")]
CriterionPath: TypeAlias = Annotated[CriterionCode, Path(description="The criterion's code.")]
Scorer: TypeAlias = Annotated[Caller, Depends(Requires(Permission.SCORES_WRITE))]
_EXAMPLE: Final = {"points": 80, "evidence": "Lembar wawancara 17/2027"}


@router.get("", responses=problems(ApplicationUnknownError, CursorInvalidError))
async def list_scores(
    *,
    request: Request,
    session: SessionDep,
    caller: Scorer,
    participant_id: ParticipantId,
    application_id: ApplicationId,
    page: PageArgs,
) -> Page[ScoreRead]:
    """List what an application was given, by criterion; reading is noted."""
    application = await get_application(session, participant_id, application_id, scope=caller.scope)
    await note_read(session, Audit, action="scores.read", subject_id=participant_id)
    rows = await queries.list_scores(session, application, after=page.after_text, limit=page.fetch)
    return page_of(request, rows, page.limit, key=lambda row: [row.criterion], read=ScoreRead)


@router.put(
    "/{criterion}",
    response_model=ScoreRead,
    responses=problems(
        ApplicationUnknownError,
        WaveNotScoredError,
        ScoresFrozenError,
        rules.ScoreOutsideScopeError,
        rules.ApplicationNotScorableError,
        CriterionUnknownError,
    ),
)
async def give_score(
    *,
    session: SessionDep,
    caller: Scorer,
    participant_id: ParticipantId,
    application_id: ApplicationId,
    criterion: CriterionPath,
    if_match: IfMatch,
    now: Now,
    body: Annotated[ScoreGive, Body(examples=[_EXAMPLE])],
) -> Response:
    """Score an application for one criterion, until the ranking is approved.

    The first score has If-Match "0"; what another takes the place of is kept.
    """
    application = await get_application(session, participant_id, application_id, scope=caller.scope)
    weights = await operations.hold_criteria(session, application.wave_id)
    present = await queries.find_score(session, application, criterion, for_update=True)
    version = 0 if present is None else present.version
    check_match(if_match, version)
    score = await operations.give_score(
        session,
        application=application,
        weights=weights,
        given=Given(criterion, body.points, body.evidence, caller.actor.name),
        scope=caller.scope,
        now=now,
        version=version,
    )
    return Response(
        ScoreRead.model_validate(score).model_dump_json(),
        media_type="application/json",
        headers={"ETag": etag_of(score.version)},
    )
