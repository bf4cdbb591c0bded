"""Changes to waves."""

from datetime import datetime
from typing import Final

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.base import Event
from services.enrollment.programs.queries import get_program
from services.enrollment.programs.rules import check_owner
from services.enrollment.waves import rules
from services.enrollment.waves.schemas import WaveCreate
from services.enrollment.waves.tables import Wave
from shared.db.base import translate
from shared.db.events import emit
from shared.db.within import place_of
from shared.ids import new_id
from shared.schemas.enrollment import Topic, WavePublished
from shared.schemas.registry import TimeZone
from shared.scope import Scope

_REFUSALS: Final = {
    "pk_wave": rules.WaveIdTakenError,
    "uq_wave_program_id_code": rules.WaveCodeTakenError,
}


async def publish_wave(
    session: AsyncSession, *, body: WaveCreate, scope: Scope, now: datetime
) -> Wave:
    """Add a wave to a programme and tell the other services.

    Raises:
        ProgramUnknownError: when there is no such programme.
        NotYourMinistryError: when the caller's ministries neither own nor co-own it.
        StartRuleError: when the start is not the one that the rule asks for.
        WindowOrderError, WindowExpiredError, PromotionEndError: when the window cannot be.
        WaveIdTakenError, WaveCodeTakenError: when another wave has the id or the code.
    """
    program = await get_program(session, body.program_id)
    place = place_of(program)
    check_owner(place, scope=scope)
    rules.check_window(
        opens_at=body.opens_at,
        closes_at=body.closes_at,
        first_start=_first_start(body),
        promote_until=body.promote_until,
        now=now,
    )
    wave = Wave(
        **{
            **body.model_dump(),
            "id": body.id or new_id(),
            "synthetic": body.synthetic or program.synthetic,
        },
        version=1,
        created_at=now,
    )
    session.add(wave)
    try:
        await session.flush()
    except IntegrityError as error:
        raise translate(error, _REFUSALS) from error
    await emit(
        session,
        Event,
        topic=Topic.WAVE_PUBLISHED,
        stream_id=wave.id,
        event=WavePublished(
            wave_id=wave.id,
            program_id=program.id,
            code=wave.code,
            name=wave.name,
            synthetic=wave.synthetic,
        ),
        place=place,
        occurred_at=now,
    )
    return wave


def _first_start(body: WaveCreate) -> datetime:
    """Return when the first class could start: the sun, and the hour, come up in the east."""
    return rules.start_instant(
        body.start_rule,
        starts_at=body.starts_at,
        starts_local=body.starts_local,
        zone=TimeZone.WIT,
    )
