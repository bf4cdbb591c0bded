"""The drawing of samples, within the caller's transaction."""

from datetime import datetime

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.base import Event
from services.enrollment.dossiers.rules import check_national
from services.enrollment.programs.queries import get_program
from services.enrollment.programs.tables import Program
from services.enrollment.samples import queries
from services.enrollment.samples.rules import SETTLED_AFTER
from services.enrollment.samples.schemas import SampleCreate
from services.enrollment.samples.tables import Sample, SampleMember
from services.enrollment.waves.queries import get_wave
from shared.db.events import emit
from shared.db.within import place_of
from shared.ids import new_id
from shared.schemas.enrollment import SampleDrawn, Topic
from shared.scope import Scope


async def draw_sample(
    session: AsyncSession, body: SampleCreate, *, scope: Scope, now: datetime
) -> Sample:
    """Draw a sample and keep it, with whoever drew it.

    Raises:
        NationalOnlyError: when a place or a ministry limits the scope.
        WaveUnknownError, ProgramUnknownError: when there is no such wave or programme.
    """
    check_national(scope)
    program = await _program_of(session, body)
    until = now - SETTLED_AFTER
    population, drawn = await queries.draw(
        session,
        program_id=program.id,
        wave_id=body.wave_id,
        seed=body.seed,
        n=body.n,
        arrived_until=until,
    )
    sample = Sample(
        id=new_id(),
        program_id=program.id,
        wave_id=body.wave_id,
        n=body.n,
        seed=body.seed,
        population=population,
        arrived_until=until,
        drawn_by=session.info["actor"].name,
        drawn_at=now,
    )
    session.add(sample)
    await session.flush()
    rows = [
        {"sample_id": sample.id, "position": position, **each._asdict()}
        for position, each in enumerate(drawn, start=1)
    ]
    if rows:
        await session.execute(insert(SampleMember), rows)
    await _tell(session, sample, program, drawn=len(drawn))
    return sample


async def _program_of(session: AsyncSession, body: SampleCreate) -> Program:
    program_id = body.program_id
    if body.wave_id is not None:
        program_id = (await get_wave(session, body.wave_id)).program_id
    if program_id is None:
        raise TypeError("a sample is of a wave or of a programme")
    return await get_program(session, program_id)


async def _tell(session: AsyncSession, sample: Sample, program: Program, *, drawn: int) -> None:
    await emit(
        session,
        Event,
        topic=Topic.SAMPLE_DRAWN,
        stream_id=sample.id,
        event=SampleDrawn(
            sample_id=sample.id,
            program_id=sample.program_id,
            wave_id=sample.wave_id,
            n=drawn,
            population=sample.population,
        ),
        place=place_of(program),
        occurred_at=sample.drawn_at,
    )
