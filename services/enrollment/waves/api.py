"""HTTP face of waves."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Path, Query, Request, Response, status

from services.enrollment.base import Idempotency
from services.enrollment.programs.rules import NotYourMinistryError, ProgramUnknownError
from services.enrollment.waves import operations, queries, rules
from services.enrollment.waves.schemas import WaveCreate, WaveRead
from shared.schemas.paging import Page
from shared.scope import Permission
from shared.web.auth import Caller, Public, Requires
from shared.web.etag import etag_of, not_modified
from shared.web.now import Now
from shared.web.once import OnceDep, answer_once
from shared.web.openapi import problems
from shared.web.paging import CursorInvalidError, PageArgs, page_of
from shared.web.session import SessionDep

router = APIRouter(prefix="/waves", tags=["waves"])

WaveId = Annotated[UUID, Path(description="The wave's identifier.")]
WaveWriter = Annotated[Caller, Depends(Requires(Permission.PROGRAMS_WRITE))]

_EXAMPLE: Final = {
    "program_id": "01a1f0c8-6c1e-7bd2-9f3a-5f0c6d2b7e11",
    "code": "GELOMBANG-1",
    "name": "Gelombang 1 (DATA SINTETIS)",
    "opens_at": "2027-01-04T01:00:00Z",
    "closes_at": "2027-01-25T16:59:59Z",
    "start_rule": "SAME_LOCAL_TIME",
    "starts_local": "2027-02-08T08:00:00",
    "synthetic": True,
}
WaveBody = Annotated[WaveCreate, Body(examples=[_EXAMPLE])]


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    response_model=WaveRead,
    responses=problems(
        ProgramUnknownError,
        NotYourMinistryError,
        rules.StartRuleError,
        rules.WindowOrderError,
        rules.WindowExpiredError,
        rules.PromotionEndError,
        rules.WaveIdTakenError,
        rules.WaveCodeTakenError,
    ),
)
async def publish_wave(
    session: SessionDep, caller: WaveWriter, once: OnceDep, now: Now, body: WaveBody
) -> Response:
    """Publish a wave of a programme that a ministry of the caller's owns or co-owns."""

    async def work() -> WaveRead:
        wave = await operations.publish_wave(session, body=body, scope=caller.scope, now=now)
        return WaveRead.model_validate(wave)

    return await answer_once(
        session,
        Idempotency,
        once,
        work,
        status=status.HTTP_201_CREATED,
        location=lambda wave: f"/v1/waves/{wave.id}",
        etag=lambda wave: etag_of(wave.version),
    )


@router.get("", responses=problems(CursorInvalidError))
async def list_waves(
    *,
    request: Request,
    session: SessionDep,
    _: Public,
    page: PageArgs,
    now: Now,
    program_id: Annotated[UUID | None, Query(description="Of this programme alone.")] = None,
    is_open: Annotated[
        bool, Query(alias="open", description="Only waves that take applications now.")
    ] = False,
) -> Page[WaveRead]:
    """List waves in the order in which they were made."""
    after = None if page.after is None else UUID(str(page.after[0]))
    rows = await queries.list_waves(
        session,
        program_id=program_id,
        open_at=now if is_open else None,
        after=after,
        limit=page.fetch,
    )
    return page_of(request, rows, page.limit, key=lambda row: [str(row.id)], read=WaveRead)


@router.get("/{wave_id}", response_model=WaveRead, responses=problems(rules.WaveUnknownError))
async def get_wave(request: Request, session: SessionDep, _: Public, wave_id: WaveId) -> Response:
    """Return one wave."""
    wave = await queries.get_wave(session, wave_id)
    etag = etag_of(wave.version)
    body = WaveRead.model_validate(wave).model_dump_json()
    return not_modified(request, etag) or Response(
        body, media_type="application/json", headers={"ETag": etag}
    )
