"""HTTP face of rebuilds."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response, status

from services.reporting.base import Idempotency
from services.reporting.rebuilds import operations
from services.reporting.rebuilds.operations import RebuildRunningError
from services.reporting.rebuilds.schemas import RebuildCreate
from shared.schemas.jobs import JobRead
from shared.scope import Permission
from shared.web.auth import Caller, Requires
from shared.web.jobs import job_path, job_read
from shared.web.once import OnceDep, answer_once
from shared.web.openapi import problems
from shared.web.session import SessionDep

router = APIRouter(prefix="/rebuilds", tags=["rebuilds"])

Rebuilder = Annotated[Caller, Depends(Requires(Permission.REPORTS_REBUILD))]


@router.post(
    "",
    status_code=status.HTTP_202_ACCEPTED,
    response_model=JobRead,
    responses=problems(RebuildRunningError),
)
async def create_rebuild(
    _: Rebuilder, session: SessionDep, once: OnceDep, request: Request, body: RebuildCreate
) -> Response:
    """Fold the ledger anew beside the live figures and compare every cell.

    The job's result counts the cells and the differences; with `swap` the figures that were folded
    anew take the place of the live ones.
    """

    async def work() -> JobRead:
        return job_read(request, await operations.order_rebuild(session, body=body))

    return await answer_once(
        session,
        Idempotency,
        once,
        work,
        status=status.HTTP_202_ACCEPTED,
        location=job_path,
    )
