"""Changes of phases, within the caller's transaction."""

from datetime import datetime

from sqlalchemy import delete, insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.base import Event
from services.enrollment.program_phases import rules
from services.enrollment.program_phases.schemas import PhasesWrite
from services.enrollment.program_phases.tables import ProgramPhase
from services.enrollment.programs.tables import Program
from shared.db.events import emit
from shared.db.within import place_of
from shared.ids import new_id
from shared.schemas.enrollment import PhaseSpan, ProgramPhasesChanged, Topic


async def set_phases(
    session: AsyncSession, program: Program, body: PhasesWrite, *, now: datetime
) -> None:
    """Give a locked programme these phases in the place of those that it had.

    Raises:
        PhasePeriodError, PhasesOverlapError, PhaseTwiceError: when they cannot be.
    """
    rules.check_phases(
        [rules.Span(each.kind, each.starts_on, each.ends_on) for each in body.phases]
    )
    named = [each.id for each in body.phases if each.id is not None]
    if len(set(named)) < len(named):
        raise rules.PhaseTwiceError(pointer="/phases")
    await session.execute(
        delete(ProgramPhase)
        .where(ProgramPhase.program_id == program.id)
        .execution_options(synchronize_session=False)
    )
    rows = [
        {**each.model_dump(), "id": each.id or new_id(), "program_id": program.id}
        for each in body.phases
    ]
    if rows:
        await session.execute(insert(ProgramPhase), rows)
    program.version += 1
    await session.flush()
    await emit(
        session,
        Event,
        topic=Topic.PROGRAM_PHASES_CHANGED,
        stream_id=program.id,
        event=ProgramPhasesChanged(
            program_id=program.id,
            phases=[PhaseSpan.model_validate(each, from_attributes=True) for each in body.phases],
        ),
        place=place_of(program),
        occurred_at=now,
        version=program.version,
    )
