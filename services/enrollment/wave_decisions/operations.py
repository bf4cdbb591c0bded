"""The making of decisions, within the caller's transaction."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.base import Event
from services.enrollment.programs.queries import get_program
from services.enrollment.programs.rules import check_owner
from services.enrollment.readiness.schemas import WaveReadiness
from services.enrollment.wave_decisions.queries import last_decision, standing_of
from services.enrollment.wave_decisions.rules import Verdict, check_go
from services.enrollment.wave_decisions.schemas import DecisionCreate
from services.enrollment.wave_decisions.tables import WaveDecision
from services.enrollment.waves.queries import get_wave
from services.enrollment.waves.rules import check_not_cancelled
from services.enrollment.waves.tables import Wave
from shared.db.events import emit
from shared.db.within import place_of
from shared.schemas.enrollment import Topic, WaveDecided
from shared.scope import Scope


async def get_wave_to_decide(session: AsyncSession, wave_id: UUID, *, scope: Scope) -> Wave:
    """Return a wave that the caller may decide on, locked.

    Raises:
        WaveUnknownError: when there is no such wave.
        NotYourMinistryError: when the caller's ministries neither own nor co-own its programme.
        WaveCancelledError: when it was called off.
    """
    wave = await get_wave(session, wave_id)
    program = await get_program(session, wave.program_id)
    check_owner(place_of(program), scope=scope)
    await session.refresh(wave, with_for_update=True)
    check_not_cancelled(wave.cancelled_at)
    return wave


async def decide_wave(
    session: AsyncSession,
    wave_id: UUID,
    body: DecisionCreate,
    *,
    readiness: WaveReadiness,
    decided_by: str,
    scope: Scope,
    now: datetime,
) -> WaveDecision:
    """Write down whether a wave starts, with the readiness that was seen; the last one counts.

    Raises:
        What `get_wave_to_decide` raises.
    """
    wave = await get_wave_to_decide(session, wave_id, scope=scope)
    last = await last_decision(session, wave_id)
    decision = WaveDecision(
        wave_id=wave_id,
        number=1 if last is None else last.number + 1,
        verdict=body.verdict,
        reason=body.reason,
        readiness=readiness.model_dump(mode="json"),
        decided_by=decided_by,
        decided_at=now,
    )
    session.add(decision)
    await session.flush()
    await emit(
        session,
        Event,
        topic=Topic.WAVE_DECIDED,
        stream_id=wave_id,
        event=WaveDecided(
            wave_id=wave_id,
            verdict=body.verdict,
            classes=readiness.classes,
            ready=readiness.ready,
        ),
        place=place_of(await get_program(session, wave.program_id)),
        occurred_at=now,
        version=decision.number,
    )
    return decision


async def check_may_start(session: AsyncSession, wave_id: UUID, *, started_at: datetime) -> None:
    """Refuse the start of a class in a wave that was called off, or decided not to start.

    Raises:
        WaveCancelledError: when it was called off.
        WaveNotGoError: when the last decision was NO_GO and made before the class began.
    """
    cancelled_at, last = await standing_of(session, wave_id)
    check_not_cancelled(cancelled_at)
    if last is not None:
        check_go(Verdict(last.verdict), decided_at=last.decided_at, started_at=started_at)
