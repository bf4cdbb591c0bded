"""Reads of questionnaires, which name nobody."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Select, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.reporting.followup_instruments.rules import (
    InstrumentState,
    InstrumentUnknownError,
    ProgramUnknownError,
    Question,
)
from services.reporting.followup_instruments.schemas import InstrumentRead, WordsRead
from services.reporting.followup_instruments.tables import Instrument
from services.reporting.programs.tables import Program

# An event is folded within a quarter of a second, and a reader that is late says how late it is.
RETRY_AFTER_S = 2


async def get_program(session: AsyncSession, program_id: UUID) -> Program:
    """Return a programme as enrollment published it.

    Raises:
        ProgramUnknownError: when there is none, or it is not folded yet.
    """
    found = await session.get(Program, program_id)
    if found is None:
        raise ProgramUnknownError(retry_after_s=RETRY_AFTER_S)
    return found


async def get_instrument(
    session: AsyncSession, instrument_id: UUID, *, for_update: bool = False
) -> Instrument:
    """Return a version of a questionnaire.

    Raises:
        InstrumentUnknownError: when there is none.
    """
    found = await session.get(Instrument, instrument_id, with_for_update=for_update or None)
    if found is None:
        raise InstrumentUnknownError
    return found


async def instrument_in_use(session: AsyncSession, program_id: UUID) -> Instrument | None:
    """Return what the people of a programme are asked: its own questionnaire, or the nation's."""
    statement = (
        select(Instrument)
        .where(
            Instrument.state == InstrumentState.PUBLISHED,
            or_(Instrument.program_id == program_id, Instrument.program_id.is_(None)),
        )
        .order_by(Instrument.program_id.is_(None))
        .limit(1)
    )
    return (await session.scalars(statement)).one_or_none()


async def published_of(session: AsyncSession, program_id: UUID | None) -> Instrument | None:
    """Return the version of exactly this questionnaire that is in use, locked."""
    statement = select(Instrument).where(
        Instrument.state == InstrumentState.PUBLISHED,
        Instrument.program_id.is_not_distinct_from(program_id),
    )
    return (await session.scalars(statement.with_for_update())).one_or_none()


async def last_number(session: AsyncSession, program_id: UUID | None) -> int:
    """Return the number of the newest version of a questionnaire, 0 without one."""
    statement = select(func.max(Instrument.number)).where(
        Instrument.program_id.is_not_distinct_from(program_id)
    )
    return await session.scalar(statement) or 0


def instruments_by_id(
    *, program_id: UUID | None, state: InstrumentState | None, after: UUID | None
) -> Select[Instrument]:
    """Return the statement that lists versions in the order in which they were made."""
    statement = select(Instrument).order_by(Instrument.id)
    if program_id is not None:
        statement = statement.where(Instrument.program_id == program_id)
    if state is not None:
        statement = statement.where(Instrument.state == state)
    return statement if after is None else statement.where(Instrument.id > after)


async def list_instruments(
    session: AsyncSession,
    *,
    program_id: UUID | None,
    state: InstrumentState | None,
    after: UUID | None,
    limit: int,
) -> Sequence[Instrument]:
    """Return up to `limit` versions that come after the one whose id is `after`."""
    statement = instruments_by_id(program_id=program_id, state=state, after=after)
    return (await session.scalars(statement.limit(limit))).all()


def questions_of(instrument: Instrument) -> list[Question]:
    """Return what a version asks."""
    return [Question.model_validate(each) for each in instrument.questions]


def read_of(instrument: Instrument) -> InstrumentRead:
    """Return a version as its API shows it."""
    return InstrumentRead(
        id=instrument.id,
        program_id=instrument.program_id,
        number=instrument.number,
        state=instrument.state,
        title=WordsRead(id=instrument.title_id, en=instrument.title_en),
        questions=questions_of(instrument),
        drafted_at=instrument.drafted_at,
        published_at=instrument.published_at,
        version=instrument.version,
    )
