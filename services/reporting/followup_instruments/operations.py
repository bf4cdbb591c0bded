"""Changes to questionnaires: drafted, changed while nobody has seen them, published."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from services.reporting.base import Event
from services.reporting.followup_instruments import queries, rules
from services.reporting.followup_instruments.rules import InstrumentState
from services.reporting.followup_instruments.schemas import InstrumentChange, InstrumentCreate
from services.reporting.followup_instruments.tables import Instrument
from shared.db.base import translate
from shared.db.events import emit
from shared.db.within import place_of
from shared.ids import new_id
from shared.schemas.reporting import InstrumentMoved, Topic
from shared.scope import Place, Scope

_REFUSALS = {
    "pk_followup_instrument": rules.InstrumentBeingMadeError,
    "uq_followup_instrument_number": rules.InstrumentBeingMadeError,
    "uq_followup_instrument_in_use": rules.InstrumentBeingMadeError,
}


async def check_designer(session: AsyncSession, program_id: UUID | None, *, scope: Scope) -> Place:
    """Refuse who designs for a programme of others; return where the programme belongs.

    What is asked of the whole country, only who reaches the whole country decides.

    Raises:
        ProgramUnknownError: when no such programme is known.
        NotYourProgramError: when it is of other ministries.
    """
    if program_id is None:
        if not scope.national:
            raise rules.NotYourProgramError
        return Place()
    place = place_of(await queries.get_program(session, program_id))
    if not scope.admits(place, write=True):
        raise rules.NotYourProgramError
    return place


async def draft_instrument(
    session: AsyncSession, *, scope: Scope, body: InstrumentCreate, now: datetime
) -> Instrument:
    """Make a new version of a questionnaire, which nobody is asked yet.

    Raises:
        ProgramUnknownError, NotYourProgramError: see `check_designer`.
        QuestionsInvalidError: when nobody could answer or count it.
        InstrumentBeingMadeError: when somebody else makes a version at this moment.
    """
    place = await check_designer(session, body.program_id, scope=scope)
    rules.check_questions(body.questions)
    instrument = Instrument(
        id=body.id or new_id(),
        program_id=body.program_id,
        number=await queries.last_number(session, body.program_id) + 1,
        state=InstrumentState.DRAFT,
        drafted_by=session.info["actor"].name,
        version=0,
    )
    session.add(instrument)
    return await _write(session, instrument, body, place=place, now=now)


async def change_instrument(
    session: AsyncSession,
    instrument: Instrument,
    *,
    scope: Scope,
    body: InstrumentChange,
    now: datetime,
) -> Instrument:
    """Replace what a draft asks; `instrument` is what was read, locked.

    Raises:
        NotYourProgramError: when it is of other ministries.
        InstrumentPublishedError: when it was published.
        QuestionsInvalidError: when nobody could answer or count it.
    """
    place = await check_designer(session, instrument.program_id, scope=scope)
    _check_draft(instrument)
    rules.check_questions(body.questions)
    return await _write(session, instrument, body, place=place, now=now)


async def publish_instrument(
    session: AsyncSession, instrument_id: UUID, *, scope: Scope, now: datetime
) -> Instrument:
    """Let a draft be asked from now on, in place of the version that was in use.

    Who was asked before keeps the version that he was given.

    Raises:
        InstrumentUnknownError: when there is none.
        NotYourProgramError: when it is of other ministries.
        InstrumentPublishedError: when it was published.
        InstrumentBeingMadeError: when another version is published at this moment.
    """
    instrument = await queries.get_instrument(session, instrument_id, for_update=True)
    place = await check_designer(session, instrument.program_id, scope=scope)
    _check_draft(instrument)
    present = await queries.published_of(session, instrument.program_id)
    if present is not None:
        present.state = InstrumentState.RETIRED
        present.version += 1
        await session.flush()
    instrument.state = InstrumentState.PUBLISHED
    instrument.published_at = now
    instrument.version += 1
    await _flush(session)
    await _tell(session, instrument, Topic.INSTRUMENT_PUBLISHED, place=place, now=now)
    return instrument


def _check_draft(instrument: Instrument) -> None:
    if instrument.state is not InstrumentState.DRAFT:
        raise rules.InstrumentPublishedError(
            extra={"present": instrument.state.value, "allowed": [InstrumentState.DRAFT.value]}
        )


async def _write(
    session: AsyncSession,
    instrument: Instrument,
    body: InstrumentChange,
    *,
    place: Place,
    now: datetime,
) -> Instrument:
    instrument.title_id, instrument.title_en = body.title.id, body.title.en
    instrument.questions = [each.model_dump(mode="json") for each in body.questions]
    instrument.drafted_at = now
    instrument.version += 1
    await _flush(session)
    await _tell(session, instrument, Topic.INSTRUMENT_DRAFTED, place=place, now=now)
    return instrument


async def _flush(session: AsyncSession) -> None:
    try:
        await session.flush()
    except IntegrityError as error:
        raise translate(error, _REFUSALS) from error


async def _tell(
    session: AsyncSession, instrument: Instrument, topic: Topic, *, place: Place, now: datetime
) -> None:
    await emit(
        session,
        Event,
        topic=topic,
        stream_id=instrument.id,
        event=InstrumentMoved(
            instrument_id=instrument.id,
            program_id=instrument.program_id,
            number=instrument.number,
            questions=[each["code"] for each in instrument.questions],
        ),
        place=place,
        occurred_at=now,
        version=instrument.version,
    )
