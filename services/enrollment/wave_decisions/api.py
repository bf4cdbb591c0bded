"""HTTP face of decisions."""

from typing import Annotated, Final, TypeAlias
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Path, Request, Response, status
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.base import Idempotency
from services.enrollment.programs.rules import NotYourMinistryError
from services.enrollment.readiness.api import figure_of, judged_classes
from services.enrollment.readiness.schemas import WaveReadiness
from services.enrollment.wave_decisions import operations, queries
from services.enrollment.wave_decisions.schemas import DecisionCreate, DecisionRead
from services.enrollment.waves.queries import get_wave
from services.enrollment.waves.rules import WaveCancelledError, WaveUnknownError
from shared.db.session import transaction
from shared.errors import ServiceError
from shared.http.client import RegistryUnavailableError
from shared.schemas.paging import Page
from shared.scope import Permission
from shared.web.auth import Caller, Requires
from shared.web.now import Now
from shared.web.once import OnceDep, answer_once
from shared.web.openapi import problems
from shared.web.paging import CursorInvalidError, PageArgs, page_of
from shared.web.session import SessionDep

router = APIRouter(prefix="/waves/{wave_id}/decisions", tags=["waves"])

WaveId: TypeAlias = Annotated[UUID, Path(description="The wave's identifier.")]
Decider: TypeAlias = Annotated[Caller, Depends(Requires(Permission.WAVES_DECIDE))]
DecisionReader: TypeAlias = Annotated[Caller, Depends(Requires(Permission.REGISTRY_READ))]

_EXAMPLE: Final = {
    "verdict": "GO",
    "reason": "Semua kelas siap; tiga kelas menyusul operator.",
    "min_seats_percent": 80,
}


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    response_model=DecisionRead,
    responses=problems(
        WaveUnknownError, NotYourMinistryError, WaveCancelledError, RegistryUnavailableError
    ),
)
async def decide_wave(
    request: Request,
    caller: Decider,
    once: OnceDep,
    now: Now,
    wave_id: WaveId,
    body: Annotated[DecisionCreate, Body(examples=[_EXAMPLE])],
) -> Response:
    """Decide whether a wave starts; the readiness of this moment is kept with it.

    The last decision counts. After NO_GO no class of the wave opens that had not begun by then;
    without any decision they open as planned.
    """
    # No SessionDep: the registry is asked before the transaction.
    state = request.scope["state"]
    seen = await _seen(request, caller, wave_id, body)

    async def work(session: AsyncSession) -> DecisionRead:
        if isinstance(seen, ServiceError):
            raise seen
        decision = await operations.decide_wave(
            session,
            wave_id,
            body,
            readiness=seen,
            decided_by=caller.actor.name,
            scope=caller.scope,
            now=now,
        )
        return DecisionRead.model_validate(decision)

    async with transaction(
        state["sessions"], scope=caller.scope, actor=caller.actor, ring=state["ring"]
    ) as session:
        return await answer_once(
            session, Idempotency, once, lambda: work(session), status=status.HTTP_201_CREATED
        )


async def _seen(
    request: Request, caller: Caller, wave_id: UUID, body: DecisionCreate
) -> WaveReadiness | ServiceError:
    """Return the readiness that is to be kept, or what refuses the decision."""
    sessions = request.scope["state"]["sessions"]
    percent = body.min_seats_percent
    try:
        async with transaction(sessions, scope=caller.scope, actor=caller.actor) as session:
            await operations.get_wave_to_decide(session, wave_id, scope=caller.scope)
        judged = await judged_classes(request, caller, wave_id, min_seats_percent=percent)
    except ServiceError as error:
        return error
    return figure_of(wave_id, judged, min_seats_percent=percent)


@router.get("", responses=problems(WaveUnknownError, CursorInvalidError))
async def list_decisions(
    request: Request, session: SessionDep, _: DecisionReader, wave_id: WaveId, page: PageArgs
) -> Page[DecisionRead]:
    """List the decisions on a wave, the last first."""
    await get_wave(session, wave_id)
    before = None if page.after is None else int(page.after[0] or 0)
    rows = await queries.list_decisions(session, wave_id, before=before, limit=page.fetch)
    return page_of(request, rows, page.limit, key=lambda row: [row.number], read=DecisionRead)
