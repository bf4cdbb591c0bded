"""HTTP face of the register of published figures; anybody may read it."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Path, Request, Response, status

from services.reporting.base import Idempotency
from services.reporting.baselines import operations, queries, rules
from services.reporting.baselines.schemas import (
    BaselineCorrection,
    BaselineCreate,
    BaselineRead,
    BaselineVersionRead,
)
from services.reporting.baselines.tables import Baseline
from shared.schemas.paging import Page
from shared.scope import Permission
from shared.web.auth import Caller, Public, Requires
from shared.web.etag import IfMatch, check_match, etag_of, not_modified
from shared.web.now import Now
from shared.web.once import OnceDep, answer_once
from shared.web.openapi import problems
from shared.web.paging import CursorInvalidError, PageArgs, page_of
from shared.web.session import SessionDep

router = APIRouter(prefix="/baselines", tags=["targets"])

BaselineId = Annotated[UUID, Path(description="The baseline's identifier.")]
TargetWriter = Annotated[Caller, Depends(Requires(Permission.TARGETS_WRITE))]


@router.get("", responses=problems(CursorInvalidError))
async def list_baselines(
    request: Request, session: SessionDep, _: Public, page: PageArgs
) -> Page[BaselineRead]:
    """List published figures in the order of their codes; they need not agree with one another."""
    rows = await queries.list_baselines(session, after=page.after_text, limit=page.fetch)
    return page_of(request, rows, page.limit, key=lambda row: [row.code], read=BaselineRead)


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    response_model=BaselineRead,
    responses=problems(
        rules.RegisterNationalError,
        rules.FigureInvalidError,
        rules.BaselineIdTakenError,
        rules.BaselineCodeTakenError,
    ),
)
async def state_baseline(
    session: SessionDep, caller: TargetWriter, once: OnceDep, now: Now, body: BaselineCreate
) -> Response:
    """Enter a figure that somebody published, with its source."""

    async def work() -> BaselineRead:
        baseline = await operations.state_baseline(session, body, scope=caller.scope, now=now)
        return BaselineRead.model_validate(baseline)

    return await answer_once(
        session,
        Idempotency,
        once,
        work,
        status=status.HTTP_201_CREATED,
        location=lambda made: f"/v1/baselines/{made.id}",
        etag=lambda made: etag_of(made.version),
    )


@router.get(
    "/{baseline_id}",
    response_model=BaselineRead,
    responses={**problems(rules.BaselineNotFoundError), 304: {"description": "Not Modified"}},
)
async def get_baseline(
    request: Request, session: SessionDep, _: Public, baseline_id: BaselineId
) -> Response:
    """Return one published figure."""
    baseline = await queries.get_baseline(session, baseline_id)
    return not_modified(request, etag_of(baseline.version)) or _answer(baseline)


@router.patch(
    "/{baseline_id}",
    response_model=BaselineRead,
    responses=problems(
        rules.BaselineNotFoundError, rules.RegisterNationalError, rules.FigureInvalidError
    ),
)
async def correct_baseline(
    session: SessionDep,
    caller: TargetWriter,
    baseline_id: BaselineId,
    if_match: IfMatch,
    now: Now,
    body: Annotated[BaselineCorrection, Body(media_type="application/merge-patch+json")],
) -> Response:
    """Correct what was recorded wrongly, and say why; what was said before stays readable."""
    baseline = await queries.get_baseline(session, baseline_id, for_update=True)
    check_match(if_match, baseline.version)
    await operations.correct_baseline(session, baseline, body, scope=caller.scope, now=now)
    return _answer(baseline)


@router.get(
    "/{baseline_id}/versions", responses=problems(rules.BaselineNotFoundError, CursorInvalidError)
)
async def list_baseline_versions(
    request: Request, session: SessionDep, _: Public, baseline_id: BaselineId, page: PageArgs
) -> Page[BaselineVersionRead]:
    """List what the register said of a figure before each correction, and why it was corrected."""
    await queries.get_baseline(session, baseline_id)
    after = None if page.after_text is None else int(page.after_text)
    rows = await queries.list_versions(session, baseline_id, after=after, limit=page.fetch)
    return page_of(
        request, rows, page.limit, key=lambda row: [row.version], read=BaselineVersionRead
    )


def _answer(baseline: Baseline) -> Response:
    return Response(
        BaselineRead.model_validate(baseline).model_dump_json(),
        media_type="application/json",
        headers={"ETag": etag_of(baseline.version)},
    )
