"""Reads of programmes, which are public."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.programs.rules import ProgramTerms, ProgramUnknownError
from services.enrollment.programs.tables import Program


async def get_program(session: AsyncSession, program_id: UUID) -> Program:
    """Return one programme.

    Raises:
        ProgramUnknownError: when there is none.
    """
    program = await session.get(Program, program_id)
    if program is None:
        raise ProgramUnknownError
    return program


async def list_programs(
    session: AsyncSession, *, ministry: str | None, after: str | None, limit: int
) -> Sequence[Program]:
    """Return up to `limit` programmes, of a ministry or of all, in the order of their codes."""
    statement = select(Program).order_by(Program.code).limit(limit)
    if ministry is not None:
        statement = statement.where(
            (Program.owner_ministry == ministry) | (Program.co_ministry == ministry)
        )
    if after is not None:
        statement = statement.where(Program.code > after)
    return (await session.scalars(statement)).all()


def terms_of(program: Program) -> ProgramTerms:
    """Return what a programme asks of a person."""
    return ProgramTerms(
        entrant_kinds=tuple(program.entrant_kinds),
        size_criterion=program.size_criterion,
        min_age=program.min_age,
        max_age=program.max_age,
        area_codes=tuple(program.area_codes),
    )
