"""Work that outlives a request: where it stands, what became of each row, and how to stop it."""

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Request
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response

from shared.db.idempotency import IdempotencyColumns
from shared.db.jobs import JobColumns, RowVerdictColumns, request_cancel
from shared.errors import NotFoundError
from shared.i18n import Text
from shared.schemas.jobs import JobRead, JobState, Progress, RowVerdict
from shared.schemas.paging import Page
from shared.scope import Permission
from shared.web.auth import Caller, Requires
from shared.web.links import absolute
from shared.web.once import OnceDep, answer_once
from shared.web.openapi import problems
from shared.web.paging import CursorInvalidError, PageArgs, page_of
from shared.web.session import SessionDep

JobReader = Annotated[Caller, Depends(Requires(Permission.JOBS_READ))]
JobCanceller = Annotated[Caller, Depends(Requires(Permission.JOBS_CANCEL))]
JobId = Annotated[UUID, Path(description="The job's identifier.")]


class JobUnknownError(NotFoundError):
    """There is no such job, or it is somebody else's."""

    code = "job-unknown"
    title = Text("Pekerjaan tidak ditemukan.", "There is no such job.")


def job_path(job: JobColumns | JobRead) -> str:
    """Return the path of a job, as `location` of an answer."""
    return f"/v1/jobs/{job.id}"


def job_read(request: Request, job: JobColumns) -> JobRead:
    """Return a job as its caller sees it, with the addresses of what became of its rows."""
    rows = absolute(request, f"{job_path(job)}/rows")
    return JobRead(
        id=job.id,
        kind=job.kind,
        status=job.state,
        progress=Progress(done=job.progress_done, total=job.progress_total),
        result=job.result,
        error=job.error,
        result_url=rows if job.state is JobState.SUCCEEDED else None,
        errors_url=rows if job.state in (JobState.SUCCEEDED, JobState.FAILED) else None,
        created_at=job.created_at,
        finished_at=job.finished_at,
    )


async def get_own_job(
    session: AsyncSession, table: type[JobColumns], job_id: UUID, *, caller: Caller
) -> JobColumns:
    """Return a job of the caller; who sees the whole country sees everybody's."""
    statement = select(table).where(table.id == job_id).execution_options(populate_existing=True)
    if not caller.scope.national:
        statement = statement.where(table.created_by == caller.actor.name)
    job = (await session.scalars(statement)).one_or_none()
    if job is None:
        raise JobUnknownError
    return job


async def _list_rows(
    session: AsyncSession,
    table: type[RowVerdictColumns],
    job_id: UUID,
    *,
    after: int | None,
    fetch: int,
) -> Sequence[Any]:
    statement = select(table).where(table.job_id == job_id).order_by(table.row).limit(fetch)
    if after is not None:
        statement = statement.where(table.row > after)
    return (await session.scalars(statement)).all()


def jobs_router(
    job: type[JobColumns],
    row_verdict: type[RowVerdictColumns],
    idempotency: type[IdempotencyColumns],
) -> APIRouter:
    """Return the routes of a service's jobs."""
    router = APIRouter(prefix="/jobs", tags=["jobs"])

    @router.get("/{job_id}", responses=problems(JobUnknownError))
    async def get_job(
        job_id: JobId, caller: JobReader, session: SessionDep, request: Request, response: Response
    ) -> JobRead:
        """Return a job; while it is not finished, Retry-After tells when to ask again."""
        found = await get_own_job(session, job, job_id, caller=caller)
        if found.finished_at is None:
            response.headers["Retry-After"] = "1"
        return job_read(request, found)

    @router.get("/{job_id}/rows", responses=problems(JobUnknownError, CursorInvalidError))
    async def list_job_rows(
        job_id: JobId, caller: JobReader, session: SessionDep, request: Request, page: PageArgs
    ) -> Page[RowVerdict]:
        """List what became of the rows of an imported file, in the file's order."""
        await get_own_job(session, job, job_id, caller=caller)
        after = int(page.after[0] or 0) if page.after else None
        rows = await _list_rows(session, row_verdict, job_id, after=after, fetch=page.fetch)
        return page_of(request, rows, page.limit, key=lambda row: [row.row], read=RowVerdict)

    @router.post("/{job_id}/cancel", response_model=JobRead, responses=problems(JobUnknownError))
    async def cancel_job(
        job_id: JobId, caller: JobCanceller, session: SessionDep, request: Request, once: OnceDep
    ) -> Response:
        """Cancel a job of one's own: at once while it waits, at its next step while it runs.

        A national administrator cancels anybody's.
        """

        async def work() -> JobRead:
            await get_own_job(session, job, job_id, caller=caller)
            await request_cancel(session, job, job_id)
            return job_read(request, await get_own_job(session, job, job_id, caller=caller))

        return await answer_once(session, idempotency, once, work)

    return router
