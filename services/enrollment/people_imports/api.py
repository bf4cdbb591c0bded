"""HTTP face of files about people: sending them, templates, and the file with its verdicts."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from enum import StrEnum
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Path, Query, Request, Response, status
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.base import Audit, Idempotency, Job, RowVerdict, Upload
from services.enrollment.class_imports.rules import ImportMode
from services.enrollment.identities.rules import NikKeys
from services.enrollment.participants.rules import OfficeOnlyError, check_office
from services.enrollment.people_imports import operations, queries, rules
from services.enrollment.people_imports.schemas import ImportFile, Sender, UploadRead
from shared.db.audit import note_read
from shared.db.imports import read_upload
from shared.db.jobs import add_job
from shared.db.session import transaction
from shared.files.workbooks import (
    CSV,
    XLSX,
    TemplateColumn,
    judged,
    template_csv,
    template_xlsx,
)
from shared.schemas.imports import UploadEmptyError, UploadGoneError
from shared.schemas.jobs import JobRead, JobState
from shared.schemas.jobs import RowVerdict as RowVerdictRead
from shared.scope import Permission
from shared.web.auth import Caller, Requires
from shared.web.jobs import JobId, JobReader, JobUnknownError, get_own_job, job_path, job_read
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


Uploader = Annotated[Caller, Depends(Requires(Permission.PARTICIPANTS_WRITE))]
Mode = Annotated[ImportMode, Query(description="validate: judge every row, change nothing.")]
Format = Annotated[TemplateFormat, Query(description="As what to make the template.")]
UploadId = Annotated[
    UUID | None,
    Query(description="A file that was sent in parts; the body is empty then."),
]
# One at a time: a workbook takes some hundred bytes a cell while it is written.
_WRITING: Final = asyncio.Semaphore(1)
_FILES: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The file.",
        "content": {
            media: {"schema": {"type": "string", "format": "binary"}}
            for media in (XLSX, "text/csv")
        },
    }
}


async def _keys(request: Request) -> NikKeys:
    keys: NikKeys = request.scope["state"]["nik_keys"]
    return keys


KeysDep = Annotated[NikKeys, Depends(_keys)]


def add_import(
    to: APIRouter,
    name: str,
    *,
    columns: Mapping[str, TemplateColumn],
    permission: Permission,
    message: type[ImportFile],
    about: str,
) -> None:
    """Add the routes of a kind of file: `POST /imports/<name>` and its template."""
    to.add_api_route(
        f"/imports/{name}",
        _importer(columns, permission, message),
        methods=["POST"],
        name=f"import_{name}",
        status_code=status.HTTP_202_ACCEPTED,
        response_model=JobRead,
        responses=problems(OfficeOnlyError, UploadEmptyError, rules.UploadUnknownError),
        openapi_extra=WORKBOOK_BODY,
        description=f"{about} Each row gets its own verdict; the file is kept sealed, and cleared"
        " away a day after its job has ended.",
    )
    to.add_api_route(
        f"/imports/{name}/template",
        _template(name, columns, permission),
        methods=["GET"],
        name=f"get_{name}_import_template",
        response_class=Response,
        responses=_FILES,
        description=f"Return a template for {name} to fill in, with drop-downs and instructions.",
    )


def _importer(
    columns: Mapping[str, TemplateColumn], permission: Permission, message: type[ImportFile]
) -> Callable[..., Awaitable[Response]]:
    writer = Annotated[Caller, Depends(Requires(permission))]
    required = ", ".join(name for name, column in columns.items() if column.required)
    others = ", ".join(name for name, column in columns.items() if not column.required)
    about = f"CSV or XLSX. Required columns: {required}. Others: {others}."
    file = Annotated[bytes, Body(media_type="text/csv", description=about)]

    async def bring(
        *,
        request: Request,
        session: SessionDep,
        caller: writer,
        once: OnceDep,
        now: Now,
        keys: KeysDep,
        body: file = b"",
        mode: Mode = ImportMode.COMMIT,
        upload_id: UploadId = None,
    ) -> Response:
        async def work() -> JobRead:
            check_office(caller.scope)
            payload = message(
                upload_id=await _kept(session, keys, caller, body, upload_id),
                mode=mode,
                scope=caller.scope,
                sender=Sender(issuer=caller.actor.issuer, subject=caller.actor.subject),
                asked_at=now,
                language=language_of(request),
            )
            job = await add_job(session, Job, kind=message.kind, payload=payload)
            return job_read(request, job)

        return await answer_once(
            session, Idempotency, once, work, status=status.HTTP_202_ACCEPTED, location=job_path
        )

    return bring


async def _kept(
    session: AsyncSession, keys: NikKeys, caller: Caller, body: bytes, upload_id: UUID | None
) -> UUID:
    if upload_id is None or body:
        return await operations.keep_file(session, keys, body, owner=caller.actor.name)
    return await operations.close_upload(session, upload_id, owner=caller.actor.name)


@router.post(
    "/uploads",
    status_code=status.HTTP_201_CREATED,
    response_model=UploadRead,
    responses=problems(OfficeOnlyError),
)
async def begin_upload(
    session: SessionDep, caller: Uploader, once: OnceDep, keys: KeysDep
) -> Response:
    """Begin a file that is too large for one request, or for a bad line, and send it in parts.

    Only an office sends files: who acts for himself has nobody else to tell of.

    Then import it by its id: `POST /v1/imports/participants?upload_id=...` with an empty body. What
    nobody imports is cleared away after seven days.
    """

    async def work() -> UploadRead:
        check_office(caller.scope)
        key = await operations.begin_upload(session, keys, owner=caller.actor.name)
        return UploadRead(id=key.upload_id)

    return await answer_once(
        session,
        Idempotency,
        once,
        work,
        status=status.HTTP_201_CREATED,
        location=lambda upload: f"/v1/uploads/{upload.id}",
    )


@router.put(
    "/uploads/{upload_id}/parts/{part}",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problems(rules.UploadUnknownError, rules.UploadInUseError, UploadEmptyError),
)
async def keep_upload_part(
    *,
    session: SessionDep,
    caller: Uploader,
    keys: KeysDep,
    upload_id: Annotated[UUID, Path(description="The upload.")],
    part: Annotated[int, Path(ge=0, le=9_999, description="Parts stand in this order.")],
    body: Annotated[
        bytes, Body(media_type="application/octet-stream", description="Bytes of the file.")
    ] = b"",
) -> None:
    """Keep a part of a file, sealed; sent again, it takes the place of what came before.

    There is no If-Match: a part is what it was sent as last, and nobody but its sender sees it.
    """
    key = await queries.own_key(session, upload_id, owner=caller.actor.name, for_update=True)
    await operations.keep_part(session, keys, key, part=part, content=body)


def _template(
    name: str, columns: Mapping[str, TemplateColumn], permission: Permission
) -> Callable[..., Awaitable[Response]]:
    writer = Annotated[Caller, Depends(Requires(permission))]

    async def answer(_: writer, format: Format = TemplateFormat.XLSX) -> Response:  # noqa: A002
        if format is TemplateFormat.CSV:
            return _file(template_csv(columns), CSV, f"{name}.csv")
        return _file(await asyncio.to_thread(template_xlsx, columns), XLSX, f"{name}.xlsx")

    return answer


def _file(body: bytes, media_type: str, name: str) -> Response:
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "no-store",
    }
    return Response(body, media_type=media_type, headers=headers)


@router.get(
    "/jobs/{job_id}/workbook",
    response_class=Response,
    responses={
        **_FILES,
        **problems(
            JobUnknownError,
            rules.WorkbookUnknownError,
            rules.WorkbookGoneError,
            rules.WorkbookTooLargeError,
        ),
    },
    tags=["jobs"],
)
async def get_job_workbook(
    job_id: JobId, caller: JobReader, request: Request, keys: KeysDep
) -> Response:
    """Return the imported file as it came, with what became of each row beside it.

    A workbook keeps its sheets, formats and drop-downs. It can be corrected and sent again. The
    file is cleared away a day after its job has ended.
    """
    sessions = request.scope["state"]["sessions"]
    async with transaction(sessions, scope=caller.scope, actor=caller.actor) as session:
        job = await get_own_job(session, Job, job_id, caller=caller)
        upload_id = job.payload.get("upload_id")
        if upload_id is None or job.state is not JobState.SUCCEEDED:
            raise rules.WorkbookUnknownError
        file = await _content(session, keys, UUID(upload_id))
        await note_read(session, Audit, action="import.workbook.read", subject_id=job_id)
        statement = select(RowVerdict).where(RowVerdict.job_id == job_id)
        found = (await session.scalars(statement)).all()
        verdicts = [RowVerdictRead.model_validate(row) for row in found]
    # After the transaction: a large workbook takes seconds.
    async with _WRITING:
        body, media_type = await asyncio.to_thread(judged, file, verdicts)
    return _file(body, media_type, f"{job_id}.{'xlsx' if media_type == XLSX else 'csv'}")


async def _content(session: AsyncSession, keys: NikKeys, upload_id: UUID) -> bytes:
    """Return a file as it came, sealed or not.

    Raises:
        WorkbookGoneError: when it has been cleared away.
        WorkbookTooLargeError: when it was sent in parts that no request could bring.
    """
    key = await queries.find_key(session, upload_id)
    if key is None:
        try:
            return await read_upload(session, Upload, upload_id)
        except UploadGoneError as error:
            raise rules.WorkbookGoneError from error
    opened, content = operations.open_key(keys, key), bytearray()
    for part, piece in await queries.list_pieces(session, upload_id):
        sealed = await queries.read_piece(session, upload_id, part, piece)
        where = rules.place_of_piece(upload_id, part, piece)
        content += rules.open_piece(opened, sealed or b"", where=where)
        if len(content) > rules.MAX_WHOLE:
            raise rules.WorkbookTooLargeError
    return bytes(content)
