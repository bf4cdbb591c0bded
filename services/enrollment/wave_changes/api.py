"""HTTP face of changes of waves."""

from typing import Annotated, Final, TypeAlias
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Path, Response, status

from services.enrollment.base import Idempotency
from services.enrollment.programs.rules import NotYourMinistryError
from services.enrollment.wave_changes import operations, rules
from services.enrollment.wave_changes.schemas import WaveCancel, WaveCancelledRead, WaveChange
from services.enrollment.waves.rules import (
    PromotionEndError,
    WaveCancelledError,
    WaveUnknownError,
    WindowExpiredError,
    WindowOrderError,
)
from services.enrollment.waves.schemas import WaveRead
from shared.scope import Permission
from shared.web.auth import Caller, Requires
from shared.web.etag import IfMatch, check_match, etag_of
from shared.web.now import Now
from shared.web.once import OnceDep, answer_once
from shared.web.openapi import problems
from shared.web.session import SessionDep

router = APIRouter(prefix="/waves/{wave_id}", tags=["waves"])

WaveId: TypeAlias = Annotated[UUID, Path(description="The wave's identifier.")]
WaveWriter: TypeAlias = Annotated[Caller, Depends(Requires(Permission.PROGRAMS_WRITE))]
WaveDecider: TypeAlias = Annotated[Caller, Depends(Requires(Permission.WAVES_DECIDE))]

_REFUSED: Final = (WaveUnknownError, NotYourMinistryError, WaveCancelledError)


@router.patch(
    "",
    responses=problems(
        *_REFUSED,
        rules.WaveMemberFixedError,
        rules.WindowShortenedError,
        rules.PromotionPastError,
        WindowOrderError,
        WindowExpiredError,
        PromotionEndError,
    ),
)
async def change_wave(
    *,
    session: SessionDep,
    caller: WaveWriter,
    wave_id: WaveId,
    if_match: IfMatch,
    now: Now,
    body: Annotated[
        WaveChange,
        Body(
            media_type="application/merge-patch+json",
            examples=[{"closes_at": "2027-01-28T16:59:59Z"}],
        ),
    ],
    response: Response,
) -> WaveRead:
    """Change the name or the window of a wave; its planned classes follow in the same moment.

    Once the window has opened it can only be extended, once it has closed it stands; who was told
    that promotion is over stays told. A 409 names what may still change. The start never changes.
    """
    wave = await operations.get_wave_for_change(session, wave_id, scope=caller.scope)
    check_match(if_match, wave.version)
    await operations.change_wave(session, wave, body, now=now)
    response.headers["ETag"] = etag_of(wave.version)
    return WaveRead.model_validate(wave)


@router.post(
    "/cancel",
    status_code=status.HTTP_202_ACCEPTED,
    response_model=WaveCancelledRead,
    responses=problems(*_REFUSED, rules.WaveRunningError),
)
async def cancel_wave(
    *,
    session: SessionDep,
    caller: WaveDecider,
    wave_id: WaveId,
    once: OnceDep,
    now: Now,
    body: Annotated[WaveCancel, Body(examples=[{"reason": "Anggaran dialihkan"}])],
) -> Response:
    """Call a wave off of which no class has opened; a job calls its classes off one by one.

    Whoever had a seat or waited is told and free to go elsewhere, and so is who applied: what is
    not decided becomes WITHDRAWN with the reason `wave-cancelled`.
    """

    async def work() -> WaveCancelledRead:
        wave = await operations.get_wave_for_change(session, wave_id, scope=caller.scope)
        return await operations.cancel_wave(session, wave, reason=body.reason, now=now)

    return await answer_once(
        session,
        Idempotency,
        once,
        work,
        status=status.HTTP_202_ACCEPTED,
        location=lambda done: f"/v1/jobs/{done.job_id}",
    )
