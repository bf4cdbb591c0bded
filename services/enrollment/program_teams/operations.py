"""Changes of teams, within the caller's transaction."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import delete, insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.base import Event
from services.enrollment.program_teams import rules
from services.enrollment.program_teams.rules import Duty
from services.enrollment.program_teams.schemas import MemberWrite, TeamWrite
from services.enrollment.program_teams.tables import ProgramTeamMember
from services.enrollment.programs.tables import Program
from shared.db.events import emit
from shared.db.within import place_of
from shared.ids import new_id
from shared.schemas.enrollment import ProgramTeamChanged, Topic


async def set_team(
    session: AsyncSession, program: Program, body: TeamWrite, *, now: datetime
) -> None:
    """Give a locked programme this team in the place of the one that it had.

    Raises:
        TeamPeriodError, TeamMinistryError, MemberTwiceError: when it cannot be.
    """
    duties = [Duty(each.ministry, each.valid_from, each.valid_to) for each in body.members]
    rules.check_team(duties, ministries=(program.owner_ministry, program.co_ministry))
    named = [each.id for each in body.members if each.id is not None]
    if len(set(named)) < len(named):
        raise rules.MemberTwiceError(pointer="/members")
    await session.execute(
        delete(ProgramTeamMember)
        .where(ProgramTeamMember.program_id == program.id)
        .execution_options(synchronize_session=False)
    )
    rows = [
        {**each.model_dump(), "id": each.id or new_id(), "program_id": program.id}
        for each in body.members
    ]
    if rows:
        await session.execute(insert(ProgramTeamMember), rows)
    program.version += 1
    await session.flush()
    await emit(
        session,
        Event,
        topic=Topic.PROGRAM_TEAM_CHANGED,
        stream_id=program.id,
        event=ProgramTeamChanged(program_id=program.id, duties=_duties(body.members)),
        place=place_of(program),
        occurred_at=now,
        version=program.version,
    )


def _duties(members: Iterable[MemberWrite]) -> dict[str, list[str]]:
    found: dict[str, set[str]] = {}
    for each in members:
        found.setdefault(each.ministry, set()).add(each.duty.value)
    return {ministry: sorted(found[ministry]) for ministry in sorted(found)}
