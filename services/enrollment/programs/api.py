"""HTTP face of programmes."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Path, Query, Request, Response, status

from services.enrollment.areas.rules import AreasNotCopiedError, UnknownAreaError
from services.enrollment.base import Idempotency
from services.enrollment.programs import operations, queries, rules
from services.enrollment.programs.schemas import ProgramChange, ProgramCreate, ProgramRead
from shared.schemas.base import Ministry
from shared.schemas.paging import Page
from shared.scope import Permission
from shared.web.auth import Caller, Public, Requires
from shared.web.etag import IfMatch, check_match, etag_of, not_modified
from shared.web.now import Now
from shared.web.once import OnceDep, answer_once
from shared.web.openapi import problems
from shared.web.paging import CursorInvalidError, PageArgs, page_of
from shared.web.session import SessionDep

router = APIRouter(prefix="/programs", tags=["programs"])

ProgramId = Annotated[UUID, Path(description="The programme's identifier.")]
ProgramWriter = Annotated[Caller, Depends(Requires(Permission.PROGRAMS_WRITE))]

_EXAMPLE: Final = {
    "code": "SERENTAK-2027",
    "name": "Pelatihan kewirausahaan serentak (DATA SINTETIS)",
    "owner_ministry": "MANPOWER",
    "co_ministry": "MSME",
    "entrant_kinds": ["MICRO", "SMALL", "PROSPECTIVE"],
    "min_age": 18,
    "max_age": 60,
    "area_codes": [],
    "size_criterion": "BY_FOUNDING",
    "default_capacity": 16,
    "default_reserve_capacity": 2,
    "synthetic": True,
}
ProgramBody = Annotated[ProgramCreate, Body(examples=[_EXAMPLE])]


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    response_model=ProgramRead,
    responses=problems(
        rules.NotYourMinistryError,
        rules.AgeRangeError,
        rules.ProgramIdTakenError,
        rules.ProgramCodeTakenError,
        UnknownAreaError,
        AreasNotCopiedError,
    ),
)
async def publish_program(
    session: SessionDep, caller: ProgramWriter, once: OnceDep, now: Now, body: ProgramBody
) -> Response:
    """Publish a programme that a ministry of the caller's owns or co-owns."""

    async def work() -> ProgramRead:
        program = await operations.publish_program(session, body=body, scope=caller.scope, now=now)
        return ProgramRead.model_validate(program)

    return await answer_once(
        session,
        Idempotency,
        once,
        work,
        status=status.HTTP_201_CREATED,
        location=lambda program: f"/v1/programs/{program.id}",
        etag=lambda program: etag_of(program.version),
    )


@router.get("", responses=problems(CursorInvalidError))
async def list_programs(
    request: Request,
    session: SessionDep,
    _: Public,
    page: PageArgs,
    ministry: Annotated[
        Ministry | None, Query(description="Owned or co-owned by this ministry.")
    ] = None,
) -> Page[ProgramRead]:
    """List programmes in the order of their codes."""
    rows = await queries.list_programs(
        session, ministry=ministry, after=page.after_text, limit=page.fetch
    )
    return page_of(request, rows, page.limit, key=lambda row: [row.code], read=ProgramRead)


@router.get(
    "/{program_id}",
    response_model=ProgramRead,
    responses=problems(rules.ProgramUnknownError),
)
async def get_program(
    request: Request, session: SessionDep, _: Public, program_id: ProgramId
) -> Response:
    """Return one programme."""
    program = await queries.get_program(session, program_id)
    etag = etag_of(program.version)
    body = ProgramRead.model_validate(program).model_dump_json()
    return not_modified(request, etag) or Response(
        body, media_type="application/json", headers={"ETag": etag}
    )


@router.patch(
    "/{program_id}",
    responses=problems(rules.ProgramUnknownError, rules.NotYourMinistryError),
)
async def change_program(
    *,
    session: SessionDep,
    caller: ProgramWriter,
    program_id: ProgramId,
    if_match: IfMatch,
    now: Now,
    body: Annotated[
        ProgramChange,
        Body(
            media_type="application/merge-patch+json",
            examples=[{"min_attendance_percent": 75, "late_minutes": 20}],
        ),
    ],
    response: Response,
) -> ProgramRead:
    """Change the name or the settings of a programme; whom it is for stands."""
    program = await operations.get_program_for_change(session, program_id, scope=caller.scope)
    check_match(if_match, program.version)
    await operations.change_program(session, program, body, now=now)
    response.headers["ETag"] = etag_of(program.version)
    return ProgramRead.model_validate(program)
