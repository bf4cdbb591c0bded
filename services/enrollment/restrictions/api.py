"""HTTP face of restrictions; one begins by a request for privacy."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Path, Response

from services.enrollment.base import Idempotency
from services.enrollment.participants.queries import get_for_change
from services.enrollment.participants.rules import ParticipantUnknownError
from services.enrollment.person_keys.rules import PersonErasedError
from services.enrollment.restrictions import operations
from services.enrollment.restrictions.rules import NotRestrictedError
from services.enrollment.restrictions.schemas import Lifting, RestrictionRead
from shared.scope import Permission
from shared.web.auth import Caller, Requires
from shared.web.now import Now
from shared.web.once import OnceDep, answer_once
from shared.web.openapi import problems
from shared.web.session import SessionDep

router = APIRouter(prefix="/participants/{participant_id}", tags=["privacy"])

ParticipantId = Annotated[UUID, Path(description="The participant's identifier.")]
Handler = Annotated[Caller, Depends(Requires(Permission.PRIVACY_HANDLE))]


@router.post(
    "/lift-restriction",
    response_model=RestrictionRead,
    responses=problems(ParticipantUnknownError, NotRestrictedError, PersonErasedError),
)
async def lift_restriction(
    session: SessionDep,
    caller: Handler,
    once: OnceDep,
    now: Now,
    participant_id: ParticipantId,
    body: Annotated[Lifting, Body(examples=[{"reason": "PERSON_ASKED"}])],
) -> Response:
    """Let a person's data be processed again, and say why; erasure is for good."""

    async def work() -> RestrictionRead:
        person = await get_for_change(session, participant_id, scope=caller.scope)
        await operations.lift_restriction(session, person, reason=body.reason, now=now)
        return RestrictionRead(participant_id=person.id, restricted_at=None)

    return await answer_once(session, Idempotency, once, work)
