"""HTTP face of the import of attendance."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Path, Query, Request, Response, status

from services.enrollment.attendance.api import recorder_of
from services.enrollment.attendance_imports.rules import COLUMNS
from services.enrollment.attendance_imports.schemas import ImportAttendance
from services.enrollment.base import Idempotency, Job, Upload
from services.enrollment.class_imports.rules import ImportMode
from services.enrollment.classes.queries import get_class
from services.enrollment.classes.rules import ClassUnknownError, OutsideScopeError, check_within
from shared.db.imports import keep_upload
from shared.db.jobs import add_job
from shared.db.within import place_of
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

router = APIRouter(prefix="/classes/{class_id}/attendance-imports", tags=["attendance"])

ClassRunner = Annotated[Caller, Depends(Requires(Permission.CLASSES_RUN))]
ClassId = Annotated[UUID, Path(description="The class.")]
_COLUMNS = f"CSV or XLSX. Columns: {', '.join(COLUMNS)}."
File = Annotated[bytes, Body(media_type="text/csv", description=_COLUMNS)]
Mode = Annotated[ImportMode, Query(description="validate: judge every row, change nothing.")]


@router.post(
    "",
    status_code=status.HTTP_202_ACCEPTED,
    response_model=JobRead,
    responses=problems(ClassUnknownError, OutsideScopeError, UploadEmptyError),
    openapi_extra=WORKBOOK_BODY,
)
async def import_attendance(
    *,
    request: Request,
    session: SessionDep,
    caller: ClassRunner,
    class_id: ClassId,
    once: OnceDep,
    now: Now,
    body: File = b"",
    mode: Mode = ImportMode.COMMIT,
) -> Response:
    """Record the attendance of a CSV or XLSX file by a job, with a verdict on every row.

    A row names its session by `session` or `date`, and the person by `enrollment_id` or
    `participant_id`. What was said before and differs is corrected; what it was stays readable.
    Rows that say what was said already change nothing, so that a file may be sent again.
    """
    by = recorder_of(caller)

    async def work() -> JobRead:
        check_within(place_of(await get_class(session, class_id)), scope=by.scope)
        payload = ImportAttendance(
            class_id=class_id,
            upload_id=await keep_upload(session, Upload, body),
            mode=mode,
            scope=by.scope,
            office=by.office,
            asked_by=by.name,
            asked_at=now,
            language=language_of(request),
        )
        job = await add_job(session, Job, kind=ImportAttendance.kind, payload=payload)
        return job_read(request, job)

    return await answer_once(
        session, Idempotency, once, work, status=status.HTTP_202_ACCEPTED, location=job_path
    )
