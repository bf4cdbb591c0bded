"""Answers to somebody without a login: counted before they are given, and noted."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.application_status import queries, rules
from services.enrollment.application_status.queries import Asked
from services.enrollment.application_status.schemas import (
    ApplicationStatus,
    DraftAsk,
    DraftRead,
    PlaceStatus,
    ReasonRead,
    StatusAsk,
    StatusRead,
)
from services.enrollment.applications.rules import check_editable
from services.enrollment.applications.schemas import PlaceRead
from services.enrollment.applications.tables import Application
from services.enrollment.attempts.operations import count_alone, forgive
from services.enrollment.base import Audit
from services.enrollment.waves.queries import get_wave
from shared.db.audit import note_read
from shared.db.session import Sessions, transaction
from shared.i18n import Language
from shared.scope import Actor

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Stranger:
    """Who asks: `address` stands for where he asks from, keyed with a secret."""

    actor: Actor
    address: str


async def read_status(
    sessions: Sessions, stranger: Stranger, ask: StatusAsk, *, language: Language
) -> StatusRead:
    """Return what became of an application or a claim, as it is at this moment.

    Raises:
        TooManyAttemptsError: when it was asked, or guessed wrong, too often.
        StatusUnknownError: when the code or the birth date is wrong.
    """

    async def answer(session: AsyncSession, found: Asked) -> StatusRead:
        wave = await get_wave(session, found.wave_id)
        row, place = found.application, found.place
        return StatusRead(
            wave=wave.name,
            application=None if row is None else _application(row, language),
            place=None if place is None else await _place(session, place, language),
        )

    return await _answered(sessions, stranger, ask, answer, action="application.status")


async def read_draft(sessions: Sessions, stranger: Stranger, ask: DraftAsk) -> DraftRead:
    """Return what somebody who knows code and birth date needs to go on with a draft.

    It binds nothing and changes nothing: who goes on does so with rights of his own.

    Raises:
        TooManyAttemptsError: when it was asked, or guessed wrong, too often.
        StatusUnknownError: when the code or the birth date is wrong.
        ApplicationStateError: when it has been withdrawn, refused or decided.
    """

    async def answer(session: AsyncSession, found: Asked) -> DraftRead:
        row = found.application
        if row is None:
            raise rules.StatusUnknownError
        check_editable(row.state)
        wave = await get_wave(session, row.wave_id)
        choices, documents = await queries.draft_parts(session, row)
        return DraftRead(
            id=row.id,
            participant_id=row.participant_id,
            wave_id=row.wave_id,
            state=row.state,
            closes_at=wave.closes_at,
            choices=choices,
            documents=list(documents),
            has_paper=row.paper_reference is not None,
            version=row.version,
        )

    return await _answered(sessions, stranger, ask, answer, action="application.draft")


async def _answered(
    sessions: Sessions,
    stranger: Stranger,
    ask: StatusAsk | DraftAsk,
    answer: Callable[[AsyncSession, Asked], Awaitable[Answer]],
    *,
    action: str,
) -> Answer:
    actor, address = stranger.actor, stranger.address
    limits = rules.limits_of(ask.what, address=address)
    await count_alone(sessions, actor=actor, limits=limits)
    async with transaction(sessions, scope=actor.scope(), actor=actor) as session:
        found = await _find(session, ask)
        right = found is not None and found.birth_date == ask.birth_date
        subject = None if found is None else found.participant_id
        noted = action if right else f"{action}.refused"
        await note_read(session, Audit, action=noted, subject_id=subject)
        if right:
            await forgive(session, rules.wrong_limits_of(ask.what, address=address))
    if found is None or not right:
        raise rules.StatusUnknownError
    async with transaction(sessions, scope=actor.scope(), actor=actor) as session:
        return await answer(session, found)


async def _find(session: AsyncSession, ask: StatusAsk | DraftAsk) -> Asked | None:
    if ask.code is not None:
        return await queries.find_by_code(session, ask.what)
    if isinstance(ask, StatusAsk) and ask.class_id is not None and ask.enrollment_id is not None:
        return await queries.find_by_place(session, ask.class_id, ask.enrollment_id)
    return None


def _application(row: Application, language: Language) -> ApplicationStatus:
    return ApplicationStatus(
        state=row.state,
        text=rules.APPLICATION_TEXT[row.state].in_(language),
        reasons=[ReasonRead(code=each, text=_words(each, language)) for each in row.reasons],
        submitted_at=row.submitted_at,
    )


def _words(reason: str, language: Language) -> str:
    """Return a reason in words; one that is only a code yet stands for itself."""
    known = rules.REASON_TEXT.get(reason)
    return reason if known is None else known.in_(language)


async def _place(session: AsyncSession, place: PlaceRead, language: Language) -> PlaceStatus:
    at = await queries.class_of(session, place)
    return PlaceStatus(
        class_id=place.class_id,
        enrollment_id=place.enrollment_id,
        state=place.state,
        text=rules.ENROLLMENT_TEXT[place.state].in_(language),
        class_label=at.label,
        facility_name=at.facility_name,
        starts_at=at.starts_at,
        time_zone=at.time_zone,
        waitlist_position=place.waitlist_position,
        confirm_by=place.confirm_by,
    )
