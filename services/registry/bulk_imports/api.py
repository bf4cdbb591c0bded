"""HTTP face of imports: a template, a file, and the file again with a verdict on every row."""

import asyncio
from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Query, Request, Response, status
from sqlalchemy import select

from services.registry.base import Idempotency, Job, RowVerdict, Upload
from services.registry.bulk_imports.operations import KINDS, Kind
from services.registry.bulk_imports.rules import (
    Atomic,
    WorkbookGoneError,
    WorkbookUnknownError,
)
from services.registry.bulk_imports.schemas import ImportRows
from services.registry.facility_imports.schemas import ImportMode
from shared.db.imports import keep_upload, read_upload
from shared.db.jobs import add_job
from shared.db.session import transaction
from shared.files.workbooks import CSV, XLSX, judged, template_csv, template_xlsx
from shared.schemas.imports import UploadEmptyError, UploadGoneError
from shared.schemas.jobs import JobRead, JobState
from shared.schemas.jobs import RowVerdict as RowVerdictRead
from shared.web.auth import Caller, Requires
from shared.web.jobs import (
    JobId,
    JobReader,
    JobUnknownError,
    get_own_job,
    job_path,
    job_read,
)
from shared.web.now import Now
from shared.web.once import OnceDep, answer_once
from shared.web.openapi import WORKBOOK_BODY, problems
from shared.web.problems import language_of
from shared.web.session import SessionDep

router = APIRouter(tags=["imports"])


class TemplateFormat(StrEnum):
    """What a template is made as."""

    XLSX = "xlsx"
    CSV = "csv"


Mode = Annotated[ImportMode, Query(description="validate: judge the rows and store none of them.")]
Whole = Annotated[
    Atomic,
    Query(
        description="all: up to 5,000 rows are judged first, and stored only when none is refused."
        " They are then stored in chunks: a row that is refused only then, because somebody changed"
        " something meanwhile, is refused alone."
    ),
]
Format = Annotated[TemplateFormat, Query(description="As what to make the template.")]
# One at a time: a workbook takes some hundred bytes a cell while it is written.
_WRITING: Final = asyncio.Semaphore(1)


def _about(kind: Kind) -> str:
    required = ", ".join(name for name, column in kind.columns.items() if column.required)
    others = ", ".join(name for name, column in kind.columns.items() if not column.required)
    return (
        f"CSV (comma, semicolon or tab) or XLSX. Required columns: {required}. Others: {others}."
        " An empty cell leaves what is known."
    )


def _importer(name: str, kind: Kind) -> Callable[..., Awaitable[Response]]:
    writer = Annotated[Caller, Depends(Requires(kind.permission))]
    file = Annotated[bytes, Body(media_type="text/csv", description=_about(kind))]

    async def bring(
        *,
        request: Request,
        session: SessionDep,
        caller: writer,
        once: OnceDep,
        now: Now,
        body: file = b"",
        mode: Mode = ImportMode.COMMIT,
        atomic: Whole = Atomic.ITEM,
    ) -> Response:
        async def work() -> JobRead:
            payload = ImportRows(
                upload_id=await keep_upload(session, Upload, body),
                what=name,
                mode=mode,
                atomic=atomic,
                scope=caller.scope,
                asked_at=now,
                language=language_of(request),
            )
            job = await add_job(session, Job, kind=ImportRows.kind, payload=payload)
            return job_read(request, job)

        return await answer_once(
            session, Idempotency, once, work, status=status.HTTP_202_ACCEPTED, location=job_path
        )

    return bring


def _template(name: str, kind: Kind) -> Callable[..., Awaitable[Response]]:
    writer = Annotated[Caller, Depends(Requires(kind.permission))]

    async def answer(_: writer, format: Format = TemplateFormat.XLSX) -> Response:  # noqa: A002
        if format is TemplateFormat.CSV:
            return _file(template_csv(kind.columns), CSV, f"{name}.csv")
        return _file(await asyncio.to_thread(template_xlsx, kind.columns), XLSX, f"{name}.xlsx")

    return answer


def _file(body: bytes, media_type: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(body, media_type=media_type, headers=headers)


_FILES: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The file.",
        "content": {
            media: {"schema": {"type": "string", "format": "binary"}}
            for media in (XLSX, "text/csv")
        },
    }
}

for _name, _kind in KINDS.items():
    router.add_api_route(
        f"/imports/{_name}",
        _importer(_name, _kind),
        methods=["POST"],
        name=f"bring_{_name}",
        status_code=status.HTTP_202_ACCEPTED,
        response_model=JobRead,
        responses=problems(UploadEmptyError),
        openapi_extra=WORKBOOK_BODY,
        description=f"Bring {_name} in from a file; each row gets its own verdict. A file may be"
        " sent again: rows that say nothing new change nothing.",
    )
    router.add_api_route(
        f"/imports/{_name}/template",
        _template(_name, _kind),
        methods=["GET"],
        name=f"get_{_name}_template",
        response_class=Response,
        responses=_FILES,
        description=f"Return a template for {_name} to fill in, with drop-downs and instructions.",
    )


@router.get(
    "/jobs/{job_id}/workbook",
    response_class=Response,
    responses={**_FILES, **problems(JobUnknownError, WorkbookUnknownError, WorkbookGoneError)},
    tags=["jobs"],
)
async def get_job_workbook(job_id: JobId, caller: JobReader, request: Request) -> Response:
    """Return the imported file as it came, with what became of each row beside it.

    A workbook keeps its sheets, formats and drop-downs. It can be corrected and sent again. The
    file is cleared away a day after its job has ended.
    """
    file, verdicts = await _judged_file(request, job_id, caller)
    # After the transaction: a large workbook takes seconds.
    async with _WRITING:
        body, media_type = await asyncio.to_thread(judged, file, verdicts)
    return _file(body, media_type, f"{job_id}.{'xlsx' if media_type == XLSX else 'csv'}")


async def _judged_file(
    request: Request, job_id: UUID, caller: Caller
) -> tuple[bytes, list[RowVerdictRead]]:
    sessions = request.scope["state"]["sessions"]
    async with transaction(sessions, scope=caller.scope, actor=caller.actor) as session:
        job = await get_own_job(session, Job, job_id, caller=caller)
        upload_id = job.payload.get("upload_id")
        if upload_id is None or job.state is not JobState.SUCCEEDED:
            raise WorkbookUnknownError
        try:
            file = await read_upload(session, Upload, UUID(upload_id))
        except UploadGoneError as error:
            raise WorkbookGoneError from error
        statement = select(RowVerdict).where(RowVerdict.job_id == job_id)
        rows = (await session.scalars(statement)).all()
    return file, [RowVerdictRead.model_validate(row) for row in rows]
