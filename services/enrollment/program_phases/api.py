"""HTTP face of phases."""

from typing import Annotated, Final, TypeAlias
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Path, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.program_phases import operations, queries, rules
from services.enrollment.program_phases.schemas import PhaseRead, PhasesRead, PhasesWrite
from services.enrollment.programs.operations import get_program_for_change
from services.enrollment.programs.queries import get_program
from services.enrollment.programs.rules import NotYourMinistryError, ProgramUnknownError
from services.enrollment.programs.tables import Program
from shared.scope import Permission
from shared.web.auth import Caller, Public, Requires
from shared.web.etag import IfMatch, check_match, etag_of, not_modified
from shared.web.now import Now
from shared.web.openapi import problems
from shared.web.session import SessionDep

router = APIRouter(prefix="/programs/{program_id}/phases", tags=["programs"])

ProgramId: TypeAlias = Annotated[UUID, Path(description="The programme's identifier.")]
ProgramWriter: TypeAlias = Annotated[Caller, Depends(Requires(Permission.PROGRAMS_WRITE))]

_EXAMPLE: Final = {
    "phases": [
        {
            "kind": "REGISTRATION",
            "name": "Pendaftaran",
            "starts_on": "2027-01-04",
            "ends_on": "2027-01-25",
        }
    ]
}


@router.get("", response_model=PhasesRead, responses=problems(ProgramUnknownError))
async def list_program_phases(
    request: Request, session: SessionDep, _: Public, program_id: ProgramId
) -> Response:
    """Return all phases of a programme by their first days; the ETag is the programme's."""
    program = await get_program(session, program_id)
    etag = etag_of(program.version)
    return not_modified(request, etag) or await _answer(session, program)


@router.put(
    "",
    response_model=PhasesRead,
    responses=problems(
        ProgramUnknownError,
        NotYourMinistryError,
        rules.PhasePeriodError,
        rules.PhasesOverlapError,
        rules.PhaseTwiceError,
    ),
)
async def set_program_phases(
    *,
    session: SessionDep,
    caller: ProgramWriter,
    program_id: ProgramId,
    if_match: IfMatch,
    now: Now,
    body: Annotated[PhasesWrite, Body(examples=[_EXAMPLE])],
) -> Response:
    """Give a programme its phases, all at once; two of one kind never share a day."""
    program = await get_program_for_change(session, program_id, scope=caller.scope)
    check_match(if_match, program.version)
    await operations.set_phases(session, program, body, now=now)
    return await _answer(session, program)


async def _answer(session: AsyncSession, program: Program) -> Response:
    rows = await queries.phases_of(session, program.id)
    read = PhasesRead(
        program_id=program.id,
        version=program.version,
        phases=[PhaseRead.model_validate(row) for row in rows],
    )
    return Response(
        read.model_dump_json(),
        media_type="application/json",
        headers={"ETag": etag_of(program.version)},
    )
