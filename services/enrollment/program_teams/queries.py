"""Reads of teams."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.program_teams.tables import ProgramTeamMember


async def team_of(session: AsyncSession, program_id: UUID) -> Sequence[ProgramTeamMember]:
    """Return the duties in the team of a programme, by ministry and since when."""
    statement = (
        select(ProgramTeamMember)
        .where(ProgramTeamMember.program_id == program_id)
        .order_by(ProgramTeamMember.ministry, ProgramTeamMember.valid_from, ProgramTeamMember.id)
    )
    return (await session.scalars(statement)).all()
