"""What somebody does who holds a link: reads the questions, saves, sends."""

import secrets
from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from services.reporting.followup_answers import queries
from services.reporting.followup_answers.schemas import AnswersGiven, QuestionsAsked
from services.reporting.followup_instruments.queries import questions_of
from services.reporting.followup_instruments.rules import check_answers, counted_and_kept
from services.reporting.followup_instruments.schemas import WordsRead
from services.reporting.followup_links import rules as links
from services.reporting.followup_links.operations import use_link
from services.reporting.followup_links.queries import find_by_token
from services.reporting.followup_links.tables import Link
from services.reporting.followups.operations import write_answer
from services.reporting.followups.queries import enrollment_of, lock_followup
from services.reporting.followups.rules import (
    NONCE_BYTES,
    AnswerInconsistentError,
    IncomeKeyMissingError,
    IncomeKeys,
    RecordedAs,
)
from services.reporting.followups.schemas import FollowUpCreate
from services.reporting.followups.tables import FollowUp
from shared.schemas.reporting import FollowUpSource

# Who wrote an answer that came by a link: nobody has logged in.
_BY: Final = "balai|follow-up-link"


async def _open(session: AsyncSession, token: str, *, now: datetime) -> tuple[Link, FollowUp]:
    """Return a link and its follow-up, both locked: the link first, as everybody does.

    Raises:
        LinkUnknownError, LinkUsedError, LinkRevokedError, LinkExpiredError: see `rules` of links.
    """
    link = await find_by_token(session, token)
    links.check_open(link.state, expires_at=link.expires_at, now=now)
    return link, await lock_followup(session, link.followup_id)


async def read_questions(
    session: AsyncSession, token: str, *, keys: IncomeKeys | None, now: datetime
) -> QuestionsAsked:
    """Return what the holder of a link is asked, and what was filled in so far.

    Raises:
        LinkUnknownError, LinkUsedError, LinkRevokedError, LinkExpiredError: when it is not open.
        UnknownEnrollmentError: when the figures are being made anew.
    """
    link, followup = await _open(session, token, now=now)
    enrollment = await enrollment_of(session, followup.enrollment_id)
    instrument = await queries.instrument_for(session, followup, program_id=enrollment.program_id)
    # From now on this is the version that was given.
    followup.instrument_id = instrument.id
    await session.flush()
    return QuestionsAsked(
        title=WordsRead(id=instrument.title_id, en=instrument.title_en),
        months=followup.horizon_months,
        questions=questions_of(instrument),
        answers=queries.draft_of(followup, keys),
        expires_at=link.expires_at,
        synthetic=await queries.is_synthetic(session, enrollment.wave_id),
        version=followup.draft_version,
    )


async def open_to_save(session: AsyncSession, token: str, *, now: datetime) -> FollowUp:
    """Return the follow-up of a link that is still open, locked.

    Raises:
        LinkUnknownError, LinkUsedError, LinkRevokedError, LinkExpiredError: when it is not open.
    """
    return (await _open(session, token, now=now))[1]


async def save_answers(
    session: AsyncSession, followup: FollowUp, *, given: AnswersGiven, keys: IncomeKeys | None
) -> int:
    """Keep what was filled in so far, sealed; return its version.

    Raises:
        AnswerRefusedError: when an answer is not one that its question admits.
        IncomeKeyMissingError: when nothing can be sealed here.
    """
    enrollment = await enrollment_of(session, followup.enrollment_id)
    instrument = await queries.instrument_for(session, followup, program_id=enrollment.program_id)
    check_answers(questions_of(instrument), given.answers, complete=False)
    if keys is None:
        raise IncomeKeyMissingError
    nonce = secrets.token_bytes(NONCE_BYTES)
    sealed = keys.seal_draft(given.answers, followup_id=followup.id, nonce=nonce)
    followup.draft_cipher, followup.draft_key_id = sealed.cipher, sealed.key_id
    followup.draft_version += 1
    followup.instrument_id = instrument.id
    await session.flush()
    return followup.draft_version


async def send_answers(
    session: AsyncSession,
    token: str,
    *,
    given: AnswersGiven,
    keys: IncomeKeys | None,
    now: datetime,
) -> FollowUp:
    """Record an answer as its person's own word, and use the link up.

    Raises:
        LinkUnknownError, LinkUsedError, LinkRevokedError, LinkExpiredError: when it is not open.
        AnswerRefusedError: when an answer is missing, or is not one that its question admits.
        AnswerInconsistentError: when the answer contradicts itself.
        IncomeKeyMissingError: when amounts are given that cannot be sealed.
    """
    link, followup = await _open(session, token, now=now)
    enrollment = await enrollment_of(session, followup.enrollment_id)
    instrument = await queries.instrument_for(session, followup, program_id=enrollment.program_id)
    check_answers(questions_of(instrument), given.answers, complete=True)
    counted, kept = counted_and_kept(given.answers)
    followup.instrument_id = instrument.id
    body = FollowUpCreate.model_validate(
        {
            "enrollment_id": followup.enrollment_id,
            "horizon_months": followup.horizon_months,
            "source": FollowUpSource.SELF,
            "kept": kept,
            **counted,
        }
    )
    await use_link(session, link, now=now)
    try:
        return await write_answer(
            session,
            enrollment,
            followup,
            body=body,
            keys=keys,
            by=_BY,
            recorded_as=RecordedAs.PERSON,
            now=now,
        )
    except AnswerInconsistentError as error:
        raise AnswerInconsistentError(pointer=f"/answers{error.pointer}") from error
