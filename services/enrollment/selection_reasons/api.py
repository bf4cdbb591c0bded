"""HTTP face of reasons."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Request, Response

from services.enrollment.applications.queries import get_application
from services.enrollment.applications.rules import ApplicationUnknownError
from services.enrollment.base import Audit
from services.enrollment.participants.rules import is_self
from services.enrollment.selection_reasons import queries, rules
from services.enrollment.selection_reasons.schemas import ReasonsRead
from services.enrollment.selections.rules import SelectionUnknownError
from shared.db.audit import note_read
from shared.scope import Permission
from shared.web.auth import Caller, Requires
from shared.web.openapi import problems
from shared.web.problems import language_of
from shared.web.session import SessionDep

router = APIRouter(
    prefix="/participants/{participant_id}/applications/{application_id}/reasons",
    tags=["selections"],
)

ParticipantId = Annotated[UUID, Path(description="The person who applied.")]
ApplicationId = Annotated[UUID, Path(description="The application.")]
ApplicationReader = Annotated[Caller, Depends(Requires(Permission.APPLICATIONS_READ))]


@router.get(
    "",
    responses=problems(
        ApplicationUnknownError,
        SelectionUnknownError,
        rules.NotAnnouncedError,
        rules.NotListedError,
    ),
)
async def get_reasons(
    *,
    request: Request,
    response: Response,
    session: SessionDep,
    caller: ApplicationReader,
    participant_id: ParticipantId,
    application_id: ApplicationId,
) -> ReasonsRead:
    """Return why an application got a place or none, once the selection is announced.

    What staff read is noted.
    """
    application = await get_application(session, participant_id, application_id, scope=caller.scope)
    if not is_self(participant_id, scope=caller.scope):
        await note_read(
            session, Audit, action="application.reasons.read", subject_id=participant_id
        )
    response.headers["Cache-Control"] = "no-store"
    return await queries.reasons_of(session, application, language=language_of(request))
