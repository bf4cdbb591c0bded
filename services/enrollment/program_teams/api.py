"""HTTP face of teams."""

from typing import Annotated, Final, TypeAlias
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Path, Response
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.program_teams import operations, queries, rules
from services.enrollment.program_teams.rules import Duty
from services.enrollment.program_teams.schemas import MemberRead, TeamRead, TeamWrite
from services.enrollment.programs.operations import get_program_for_change
from services.enrollment.programs.queries import get_program
from services.enrollment.programs.rules import NotYourMinistryError, ProgramUnknownError
from services.enrollment.programs.tables import Program
from shared.clock import ledger_day
from shared.scope import Permission
from shared.web.auth import Caller, Requires
from shared.web.etag import IfMatch, check_match, etag_of
from shared.web.now import Now
from shared.web.openapi import problems
from shared.web.session import SessionDep

router = APIRouter(prefix="/programs/{program_id}/team", tags=["programs"])

ProgramId: TypeAlias = Annotated[UUID, Path(description="The programme's identifier.")]
ProgramWriter: TypeAlias = Annotated[Caller, Depends(Requires(Permission.PROGRAMS_WRITE))]
Staff: TypeAlias = Annotated[Caller, Depends(Requires(Permission.REGISTRY_READ))]

_EXAMPLE: Final = {
    "members": [
        {
            "duty": "CHAIR",
            "ministry": "MANPOWER",
            "unit": "Ditjen Binalavotas",
            "holder_kind": "OFFICE",
            "holder": "Direktur Bina Kelembagaan Pelatihan Vokasi",
            "valid_from": "2027-01-01",
        }
    ]
}


@router.get("", response_model=TeamRead, responses=problems(ProgramUnknownError))
async def get_program_team(
    session: SessionDep, _: Staff, program_id: ProgramId, now: Now
) -> Response:
    """Return who does what in a programme for each of its ministries; the ETag is its own."""
    return await _answer(session, await get_program(session, program_id), now=now)


@router.put(
    "",
    response_model=TeamRead,
    responses=problems(
        ProgramUnknownError,
        NotYourMinistryError,
        rules.TeamPeriodError,
        rules.TeamMinistryError,
        rules.MemberTwiceError,
    ),
)
async def set_program_team(
    *,
    session: SessionDep,
    caller: ProgramWriter,
    program_id: ProgramId,
    if_match: IfMatch,
    now: Now,
    body: Annotated[TeamWrite, Body(examples=[_EXAMPLE])],
) -> Response:
    """Give a programme its joint team, all at once; If-Match carries the programme's version."""
    program = await get_program_for_change(session, program_id, scope=caller.scope)
    check_match(if_match, program.version)
    await operations.set_team(session, program, body, now=now)
    return await _answer(session, program, now=now)


async def _answer(session: AsyncSession, program: Program, *, now: Now) -> Response:
    rows = await queries.team_of(session, program.id)
    duties = [Duty(row.ministry, row.valid_from, row.valid_to) for row in rows]
    ministries = (program.owner_ministry, program.co_ministry)
    read = TeamRead(
        program_id=program.id,
        version=program.version,
        joint=rules.is_joint(duties, ministries=ministries, on=ledger_day(now)),
        members=[MemberRead.model_validate(row) for row in rows],
    )
    return Response(
        read.model_dump_json(),
        media_type="application/json",
        headers={"ETag": etag_of(program.version)},
    )
