"""HTTP face of the import of facilities."""

from typing import Annotated

from fastapi import APIRouter, Body, Depends, Query, Request, Response, status

from services.registry.base import Idempotency, Job, Upload
from services.registry.facility_imports.schemas import ImportFacilities, ImportMode
from shared.db.imports import keep_upload
from shared.db.jobs import add_job
from shared.schemas.imports import UploadEmptyError
from shared.schemas.jobs import JobRead
from shared.scope import Permission
from shared.web.auth import Caller, Requires
from shared.web.jobs import job_path, job_read
from shared.web.once import OnceDep, answer_once
from shared.web.openapi import WORKBOOK_BODY, problems
from shared.web.problems import language_of
from shared.web.session import SessionDep

router = APIRouter(prefix="/facility-imports", tags=["facility-imports"])

FacilityWriter = Annotated[Caller, Depends(Requires(Permission.FACILITIES_WRITE))]

_FILE = """\
Required columns: code, name, kind, owner_ministry, area_code. Others: id, form, institution_code
(with institution_name and institution_kind when it is new), parent_code (known, or in a row above),
latitude, longitude, status, trades (GARMENT|BAKERY), address, synthetic, spaces
(name:capacity[:kind[:id]], parted by |: Ruang 1:20|Bengkel:16:WORKSHOP).
CSV with comma, semicolon or tab, or XLSX; an empty cell leaves what is known.
"""


@router.post(
    "",
    status_code=status.HTTP_202_ACCEPTED,
    response_model=JobRead,
    responses=problems(UploadEmptyError),
    openapi_extra=WORKBOOK_BODY,
)
async def import_facilities(
    *,
    request: Request,
    session: SessionDep,
    caller: FacilityWriter,
    once: OnceDep,
    body: Annotated[bytes, Body(media_type="text/csv", description=_FILE)],
    mode: Annotated[
        ImportMode, Query(description="validate: judge the rows and store none of them.")
    ] = ImportMode.COMMIT,
) -> Response:
    """Bring facilities and their spaces in by code; each row gets its own verdict.

    A file may be sent again: rows that say nothing new change nothing.
    """

    async def work() -> JobRead:
        payload = ImportFacilities(
            upload_id=await keep_upload(session, Upload, body),
            mode=mode,
            scope=caller.scope,
            language=language_of(request),
        )
        job = await add_job(session, Job, kind=ImportFacilities.kind, payload=payload)
        return job_read(request, job)

    return await answer_once(
        session, Idempotency, once, work, status=status.HTTP_202_ACCEPTED, location=job_path
    )
