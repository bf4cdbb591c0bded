"""HTTP face of previews and of their approval."""

from typing import Annotated, Final, TypeAlias
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Path, Request, Response, status

from services.enrollment.base import Idempotency
from services.enrollment.programs.rules import NotYourMinistryError, check_owner
from services.enrollment.selection_previews import operations, queries, rules
from services.enrollment.selection_previews.schemas import (
    PreviewApprove,
    PreviewRead,
    ResultRead,
)
from services.enrollment.selections.queries import get_selection
from services.enrollment.selections.rules import SelectionStateError, SelectionUnknownError
from services.enrollment.selections.tables import Selection, SelectionResult
from shared.db.within import place_of
from shared.schemas.jobs import JobRead
from shared.schemas.paging import Page
from shared.scope import Permission
from shared.web.auth import Caller, Requires
from shared.web.jobs import job_path, job_read
from shared.web.now import Now
from shared.web.once import OnceDep, answer_once
from shared.web.openapi import problems
from shared.web.paging import CursorInvalidError, PageArgs, page_of
from shared.web.session import SessionDep

router = APIRouter(prefix="/waves/{wave_id}/selection", tags=["selections"])

WaveId: TypeAlias = Annotated[UUID, Path(description="The wave's identifier.")]
SelectionRunner: TypeAlias = Annotated[Caller, Depends(Requires(Permission.SELECTIONS_RUN))]
SelectionApprover: TypeAlias = Annotated[Caller, Depends(Requires(Permission.SELECTIONS_APPROVE))]
_EXAMPLE: Final = {"result_digest": "9f" * 32, "announce_at": "2027-02-01T02:00:00Z"}
ApproveBody: TypeAlias = Annotated[PreviewApprove, Body(examples=[_EXAMPLE])]


async def _own(session: SessionDep, wave_id: UUID, caller: Caller) -> Selection:
    selection = await get_selection(session, wave_id)
    check_owner(place_of(selection), scope=caller.scope)
    return selection


@router.post(
    "/preview",
    status_code=status.HTTP_202_ACCEPTED,
    response_model=JobRead,
    responses=problems(
        SelectionUnknownError,
        NotYourMinistryError,
        SelectionStateError,
        rules.PublicValueMissingError,
    ),
)
async def make_preview(
    *,
    request: Request,
    session: SessionDep,
    caller: SelectionRunner,
    wave_id: WaveId,
    once: OnceDep,
    now: Now,
) -> Response:
    """Make the draw, or make it anew from what has changed, without giving anything yet.

    Seed and list are fixed, so that only scores, withdrawals, classes and quotas make a difference.
    """

    async def work() -> JobRead:
        job = await operations.order_preview(
            session, wave_id=wave_id, ordered_by=caller.actor.name, scope=caller.scope, now=now
        )
        return job_read(request, job)

    return await answer_once(
        session, Idempotency, once, work, status=status.HTTP_202_ACCEPTED, location=job_path
    )


@router.get(
    "/preview",
    responses=problems(SelectionUnknownError, NotYourMinistryError, rules.PreviewUnknownError),
)
async def get_preview(session: SessionDep, caller: SelectionRunner, wave_id: WaveId) -> PreviewRead:
    """Return what was drawn in numbers: by outcome, by facility, by quota."""
    return queries.preview_of(await _own(session, wave_id, caller))


@router.get(
    "/results",
    responses=problems(
        SelectionUnknownError, NotYourMinistryError, rules.PreviewUnknownError, CursorInvalidError
    ),
)
async def list_selection_results(
    request: Request,
    session: SessionDep,
    caller: SelectionRunner,
    wave_id: WaveId,
    page: PageArgs,
) -> Page[ResultRead]:
    """List what was drawn for each application: in the order of the ranks, then the others."""
    selection = await _own(session, wave_id, caller)
    queries.preview_of(selection)
    after = 0 if page.after_text is None else int(page.after_text)
    rows = await queries.list_results(session, selection, after=after, limit=page.fetch)
    return page_of(request, rows, page.limit, key=lambda row: [row.position], read=_result)


def _result(row: SelectionResult) -> ResultRead:
    return ResultRead(
        application_id=row.application_id,
        position=row.position,
        rank=row.rank,
        score=row.points,
        ticket=row.ticket.hex(),
        outcome=row.outcome,
        class_id=row.class_id,
        reserve_number=row.reserve_number,
    )


@router.post(
    "/approve",
    response_model=PreviewRead,
    responses=problems(
        SelectionUnknownError,
        NotYourMinistryError,
        SelectionStateError,
        rules.FourEyesError,
        rules.PreviewStaleError,
        rules.AnnounceTimeError,
    ),
)
async def approve_selection(
    *,
    session: SessionDep,
    caller: SelectionApprover,
    wave_id: WaveId,
    once: OnceDep,
    now: Now,
    body: ApproveBody,
) -> Response:
    """Approve what somebody else has drawn, and say when it is announced."""

    async def work() -> PreviewRead:
        selection = await operations.approve_selection(
            session,
            wave_id=wave_id,
            approval=body,
            actor=caller.actor.name,
            scope=caller.scope,
            now=now,
        )
        return queries.preview_of(selection)

    return await answer_once(session, Idempotency, once, work)
