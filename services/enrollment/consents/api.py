"""HTTP face of consents."""

from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Path, Response
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.base import Idempotency
from services.enrollment.consents import operations, rules
from services.enrollment.consents.schemas import (
    ConsentSaid,
    ConsentsRead,
    ConsentStatement,
    StandingRead,
)
from services.enrollment.login_bindings.rules import LoginNotBoundError, required_own_id
from services.enrollment.participants.queries import get_for_change, get_participant
from services.enrollment.participants.rules import ParticipantUnknownError, Purpose, is_self
from services.enrollment.participants.tables import Participant
from shared.scope import Permission
from shared.web.auth import Caller, Requires
from shared.web.now import Now
from shared.web.once import OnceDep, OnceRequest, answer_once
from shared.web.openapi import problems
from shared.web.session import SessionDep

router = APIRouter(prefix="/participants/{participant_id}/consents", tags=["privacy"])
me_router = APIRouter(prefix="/me/consents", tags=["privacy"])

ParticipantId = Annotated[UUID, Path(description="The participant's identifier.")]
Asker = Annotated[Caller, Depends(Requires(Permission.PRIVACY_REQUEST))]
_EXAMPLE: Final = {"purpose": "FOLLOW_UP", "given": False, "version": "2026-1"}


def _read(person: Participant) -> ConsentsRead:
    standings = [rules.standing_of(each, person.legal_basis, person.consents) for each in Purpose]
    return ConsentsRead(
        participant_id=person.id,
        restricted_at=person.restricted_at,
        purposes=[StandingRead.model_validate(each) for each in standings],
        history=[ConsentSaid.model_validate(each) for each in person.consents],
    )


@router.get("", responses=problems(ParticipantUnknownError))
async def get_consents(
    session: SessionDep, caller: Asker, participant_id: ParticipantId, response: Response
) -> ConsentsRead:
    """Return on what each use of a person's data rests, and what the person has said of it."""
    return await _told(session, caller, participant_id, response)


async def _told(
    session: AsyncSession, caller: Caller, participant_id: UUID, response: Response
) -> ConsentsRead:
    person = await get_participant(session, participant_id, scope=caller.scope)
    himself = is_self(participant_id, scope=caller.scope)
    await operations.note_consents_read(session, person, himself=himself)
    response.headers["Cache-Control"] = "no-store"
    return _read(person)


@me_router.get("", responses=problems(LoginNotBoundError, ParticipantUnknownError))
async def get_own_consents(session: SessionDep, caller: Asker, response: Response) -> ConsentsRead:
    """Return on what each use of one's own data rests, and what one has said of it."""
    return await _told(session, caller, required_own_id(caller.scope), response)


@router.post(
    "",
    response_model=ConsentsRead,
    responses=problems(
        ParticipantUnknownError,
        rules.ConsentUnneededError,
        rules.ConsentUnchangedError,
        rules.PaperMissingError,
    ),
)
async def state_consent(
    session: SessionDep,
    caller: Asker,
    once: OnceDep,
    now: Now,
    participant_id: ParticipantId,
    body: Annotated[ConsentStatement, Body(examples=[_EXAMPLE])],
) -> Response:
    """Give a consent or withdraw it, at once; an office names the paper that was signed.

    Follow-ups and referrals go by it from this moment on. The consent on which seat and selection
    rest, once withdrawn, ends all processing.
    """
    return await _stated(session, caller, once, participant_id, body, now=now)


@me_router.post(
    "",
    response_model=ConsentsRead,
    responses=problems(
        LoginNotBoundError,
        ParticipantUnknownError,
        rules.ConsentUnneededError,
        rules.ConsentUnchangedError,
    ),
)
async def state_own_consent(
    session: SessionDep,
    caller: Asker,
    once: OnceDep,
    now: Now,
    body: Annotated[ConsentStatement, Body(examples=[_EXAMPLE])],
) -> Response:
    """Give a consent or withdraw it for oneself, at once."""
    own = required_own_id(caller.scope)
    return await _stated(session, caller, once, own, body, now=now)


async def _stated(
    session: AsyncSession,
    caller: Caller,
    once: OnceRequest,
    participant_id: UUID,
    body: ConsentStatement,
    *,
    now: datetime,
) -> Response:
    async def work() -> ConsentsRead:
        person = await get_for_change(session, participant_id, scope=caller.scope)
        himself = is_self(participant_id, scope=caller.scope)
        rules.check_paper(himself=himself, given=body.paper is not None)
        await operations.state_consent(
            session,
            person,
            purpose=body.purpose,
            given=body.given,
            version=body.version,
            now=now,
        )
        if body.paper is not None:
            await operations.note_paper(session, person, body.paper.sha256)
        return _read(person)

    return await answer_once(session, Idempotency, once, work)
