"""HTTP face of selection criteria."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Path, Request, Response

from services.enrollment.programs.rules import NotYourMinistryError
from services.enrollment.selection_criteria import operations, queries, rules
from services.enrollment.selection_criteria.schemas import CriteriaChange, CriteriaRead
from services.enrollment.waves.queries import get_wave
from services.enrollment.waves.rules import WaveUnknownError
from shared.scope import Permission
from shared.web.auth import Caller, Public, Requires
from shared.web.etag import IfMatch, check_match, etag_of, not_modified
from shared.web.now import Now
from shared.web.openapi import problems
from shared.web.session import SessionDep

router = APIRouter(prefix="/waves/{wave_id}/selection-criteria", tags=["selections"])

WaveId = Annotated[UUID, Path(description="The wave's identifier.")]
WaveWriter = Annotated[Caller, Depends(Requires(Permission.PROGRAMS_WRITE))]

_EXAMPLE: Final = {
    "criteria": [
        {"code": "PLAN", "name": {"id": "Rencana usaha", "en": "Business plan"}, "weight": 60},
        {"code": "INTERVIEW", "name": {"id": "Wawancara", "en": "Interview"}, "weight": 40},
    ],
    "missing": "ZERO",
}


@router.get("", response_model=CriteriaRead, responses=problems(WaveUnknownError))
async def get_selection_criteria(
    request: Request, session: SessionDep, _: Public, wave_id: WaveId
) -> Response:
    """Return how a wave's places are given, and what is scored with which weight."""
    wave = await get_wave(session, wave_id)
    read = queries.read_of(wave, await queries.find_criteria(session, wave_id))
    return not_modified(request, etag_of(read.version)) or _answer(read)


@router.put(
    "",
    response_model=CriteriaRead,
    responses=problems(
        WaveUnknownError,
        NotYourMinistryError,
        rules.WaveNotScoredError,
        rules.CriteriaFrozenError,
        rules.CriterionRepeatedError,
        rules.WeightsError,
    ),
)
async def state_selection_criteria(
    session: SessionDep,
    caller: WaveWriter,
    wave_id: WaveId,
    if_match: IfMatch,
    now: Now,
    body: Annotated[CriteriaChange, Body(examples=[_EXAMPLE])],
) -> Response:
    """Replace what a wave is scored by, until applications open; the first has If-Match "0"."""
    wave = await get_wave(session, wave_id)
    present = await queries.find_criteria(session, wave_id, alone=True)
    check_match(if_match, 0 if present is None else present.version)
    stated = await operations.state_criteria(
        session,
        wave=wave,
        present=present,
        change=body,
        stated_by=caller.actor.name,
        scope=caller.scope,
        now=now,
    )
    return _answer(queries.read_of(wave, stated))


def _answer(read: CriteriaRead) -> Response:
    return Response(
        read.model_dump_json(),
        media_type="application/json",
        headers={"ETag": etag_of(read.version)},
    )
