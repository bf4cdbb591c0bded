"""HTTP face of announcements."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Request, Response, status

from services.enrollment.base import Idempotency
from services.enrollment.programs.rules import NotYourMinistryError
from services.enrollment.selection_announcements import operations, rules
from services.enrollment.selections.rules import SelectionStateError, SelectionUnknownError
from services.enrollment.waves.rules import WaveCancelledError
from shared.schemas.jobs import JobRead
from shared.scope import Permission
from shared.web.auth import Caller, Requires
from shared.web.jobs import job_path, job_read
from shared.web.now import Now
from shared.web.once import OnceDep, answer_once
from shared.web.openapi import problems
from shared.web.session import SessionDep

router = APIRouter(prefix="/waves/{wave_id}/selection/announce", tags=["selections"])

WaveId = Annotated[UUID, Path(description="The wave's identifier.")]
SelectionRunner = Annotated[Caller, Depends(Requires(Permission.SELECTIONS_RUN))]


@router.post(
    "",
    status_code=status.HTTP_202_ACCEPTED,
    response_model=JobRead,
    responses=problems(
        SelectionUnknownError,
        NotYourMinistryError,
        WaveCancelledError,
        SelectionStateError,
        rules.AnnouncementEarlyError,
    ),
)
async def announce_selection(
    *,
    request: Request,
    session: SessionDep,
    caller: SelectionRunner,
    wave_id: WaveId,
    once: OnceDep,
    now: Now,
) -> Response:
    """Announce what was approved, once its hour has come; seconds later it happens by itself."""

    async def work() -> JobRead:
        job = await operations.start_announcement(
            session, wave_id=wave_id, scope=caller.scope, now=now
        )
        return job_read(request, job)

    return await answer_once(
        session, Idempotency, once, work, status=status.HTTP_202_ACCEPTED, location=job_path
    )
