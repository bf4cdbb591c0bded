"""Reads of phases, which are public."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.program_phases.tables import ProgramPhase


async def phases_of(session: AsyncSession, program_id: UUID) -> Sequence[ProgramPhase]:
    """Return the phases of a programme by their first days."""
    statement = (
        select(ProgramPhase)
        .where(ProgramPhase.program_id == program_id)
        .order_by(ProgramPhase.starts_on, ProgramPhase.kind, ProgramPhase.id)
    )
    return (await session.scalars(statement)).all()
