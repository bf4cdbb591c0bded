"""HTTP face of legal holds."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Path, Query, Request, Response, status

from services.enrollment.base import Idempotency
from services.enrollment.legal_holds import operations, queries, rules
from services.enrollment.legal_holds.schemas import HoldCreate, HoldRead
from services.enrollment.participants.queries import get_for_change
from services.enrollment.participants.rules import ParticipantUnknownError
from shared.clock import ledger_day
from shared.schemas.paging import Page
from shared.scope import Permission
from shared.web.auth import Caller, Requires
from shared.web.now import Now
from shared.web.once import OnceDep, answer_once
from shared.web.openapi import problems
from shared.web.paging import CursorInvalidError, PageArgs, page_of
from shared.web.session import SessionDep

router = APIRouter(prefix="/legal-holds", tags=["privacy"])

HoldId = Annotated[UUID, Path(description="The legal hold's identifier.")]
Handler = Annotated[Caller, Depends(Requires(Permission.PRIVACY_HANDLE))]
_EXAMPLE: Final = {
    "participant_id": "01a1f0c8-6c1e-7bd2-9f3a-5f0c6d2b7e11",
    "kind": "AUDIT",
    "reference": "BPK/ST/2027/14",
    "until": "2027-12-31",
}


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    response_model=HoldRead,
    responses=problems(ParticipantUnknownError, rules.HoldKindError, rules.HoldPeriodError),
)
async def place_legal_hold(
    session: SessionDep,
    caller: Handler,
    once: OnceDep,
    now: Now,
    body: Annotated[HoldCreate, Body(examples=[_EXAMPLE])],
) -> Response:
    """Keep a person from being erased, for an auditor or a court, until a day or until lifted."""

    async def work() -> HoldRead:
        person = await get_for_change(session, body.participant_id, scope=caller.scope)
        hold = await operations.place_hold(session, person, body, now=now, today=ledger_day(now))
        return HoldRead.model_validate(hold)

    return await answer_once(session, Idempotency, once, work, status=status.HTTP_201_CREATED)


@router.get("", responses=problems(CursorInvalidError))
async def list_legal_holds(
    request: Request,
    session: SessionDep,
    caller: Handler,
    page: PageArgs,
    participant_id: Annotated[UUID | None, Query(description="Those of one person.")] = None,
) -> Page[HoldRead]:
    """List legal holds, those that were lifted as well, the oldest first."""
    after = None if page.after_text is None else UUID(page.after_text)
    rows = await queries.list_holds(
        session, participant_id=participant_id, after=after, limit=page.fetch
    )
    return page_of(request, rows, page.limit, key=lambda row: [str(row.id)], read=HoldRead)


@router.post(
    "/{hold_id}/lift",
    response_model=HoldRead,
    responses=problems(rules.HoldUnknownError, rules.HoldLiftedError),
)
async def lift_legal_hold(
    session: SessionDep, caller: Handler, once: OnceDep, now: Now, hold_id: HoldId
) -> Response:
    """Lift a legal hold: the person may be erased as far as it goes."""

    async def work() -> HoldRead:
        hold = await queries.get_hold(session, hold_id)
        return HoldRead.model_validate(await operations.lift_hold(session, hold, now=now))

    return await answer_once(session, Idempotency, once, work)
