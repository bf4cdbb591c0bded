"""HTTP face of the import of classes."""

from typing import Annotated

from fastapi import APIRouter, Body, Depends, Query, Request, Response, status

from services.enrollment.base import Idempotency, Job, Upload
from services.enrollment.class_imports.rules import COLUMNS, ImportMode
from services.enrollment.class_imports.schemas import ImportClasses
from shared.db.imports import keep_upload
from shared.db.jobs import add_job
from shared.schemas.imports import UploadEmptyError
from shared.schemas.jobs import JobRead
from shared.scope import Permission
from shared.web.auth import Caller, Requires
from shared.web.jobs import job_path, job_read
from shared.web.now import Now
from shared.web.once import OnceDep, answer_once
from shared.web.openapi import WORKBOOK_BODY, problems
from shared.web.problems import language_of
from shared.web.session import SessionDep

router = APIRouter(prefix="/class-imports", tags=["classes"])

ClassWriter = Annotated[Caller, Depends(Requires(Permission.CLASSES_WRITE))]
_COLUMNS = f"CSV or XLSX. Columns: {', '.join(COLUMNS)}."
File = Annotated[bytes, Body(media_type="text/csv", description=_COLUMNS)]
Mode = Annotated[ImportMode, Query(description="validate: judge every row, change nothing.")]


@router.post(
    "",
    status_code=status.HTTP_202_ACCEPTED,
    response_model=JobRead,
    responses=problems(UploadEmptyError),
    openapi_extra=WORKBOOK_BODY,
)
async def import_classes(
    *,
    request: Request,
    session: SessionDep,
    caller: ClassWriter,
    once: OnceDep,
    now: Now,
    body: File = b"",
    mode: Mode = ImportMode.COMMIT,
) -> Response:
    """Plan the classes of a CSV or XLSX file by a job, with a verdict on every row.

    A programme and its wave go by their codes, everything of the registry by its id;
    `instructor_ids` are parted by spaces or `|`. Rows that are there already change nothing, so
    that a file may be sent again.
    """

    async def work() -> JobRead:
        payload = ImportClasses(
            upload_id=await keep_upload(session, Upload, body),
            mode=mode,
            scope=caller.scope,
            asked_at=now,
            language=language_of(request),
        )
        job = await add_job(session, Job, kind=ImportClasses.kind, payload=payload)
        return job_read(request, job)

    return await answer_once(
        session, Idempotency, once, work, status=status.HTTP_202_ACCEPTED, location=job_path
    )
