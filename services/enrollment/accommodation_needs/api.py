"""HTTP face of accommodation needs: specific data, under a permission of their own."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Path, Response, status

from services.enrollment.accommodation_needs import operations, queries, rules
from services.enrollment.accommodation_needs.schemas import (
    NeedCreate,
    NeedRead,
    NeedReceipt,
    NeedsRead,
    SeatNeeds,
)
from services.enrollment.base import Idempotency
from services.enrollment.classes.queries import get_class
from services.enrollment.classes.rules import ClassUnknownError, OutsideScopeError
from services.enrollment.participants.api import NikPolicyDep, ParticipantId
from services.enrollment.participants.rules import ParticipantUnknownError, is_self
from services.enrollment.person_keys.rules import PersonErasedError
from shared.db.within import place_of
from shared.scope import Permission
from shared.web.auth import Caller, Requires
from shared.web.now import Now
from shared.web.once import OnceDep, answer_once
from shared.web.openapi import problems
from shared.web.session import SessionDep

router = APIRouter(
    prefix="/participants/{participant_id}/accommodation-needs", tags=["participants"]
)
class_router = APIRouter(prefix="/classes/{class_id}/accommodation-needs", tags=["classes"])

NeedId = Annotated[UUID, Path(description="The need's identifier.")]
ClassId = Annotated[UUID, Path(description="The class.")]
Entrusted = Annotated[Caller, Depends(Requires(Permission.PARTICIPANTS_SPECIFIC))]
_EXAMPLE: Final = {
    "kind": "STEP_FREE",
    "note": "Kursi roda, pintu 80 cm",
    "consent_version": "2026-1",
}


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    response_model=NeedReceipt,
    responses=problems(ParticipantUnknownError, PersonErasedError),
)
async def record_accommodation_need(
    *,
    session: SessionDep,
    caller: Entrusted,
    once: OnceDep,
    now: Now,
    policy: NikPolicyDep,
    participant_id: ParticipantId,
    body: Annotated[NeedCreate, Body(examples=[_EXAMPLE])],
) -> Response:
    """Record what somebody needs to take part; it is sealed under that person's own key."""

    async def work() -> NeedReceipt:
        person = await queries.get_entrusted(
            session, participant_id, scope=caller.scope, write=True
        )
        need = await operations.record_need(session, person, body, keys=policy.keys, now=now)
        return NeedReceipt.model_validate(need)

    return await answer_once(session, Idempotency, once, work, status=status.HTTP_201_CREATED)


@router.get("", responses=problems(ParticipantUnknownError))
async def list_accommodation_needs(
    session: SessionDep,
    caller: Entrusted,
    policy: NikPolicyDep,
    participant_id: ParticipantId,
    response: Response,
) -> NeedsRead:
    """List what somebody needs: for oneself, an office, or the host of a seat; reading is noted."""
    await queries.get_entrusted(session, participant_id, scope=caller.scope)
    found = await operations.read_needs(
        session,
        participant_id,
        keys=policy.keys,
        himself=is_self(participant_id, scope=caller.scope),
    )
    response.headers["Cache-Control"] = "no-store"
    return NeedsRead(
        items=[
            NeedRead(
                **NeedReceipt.model_validate(need).model_dump(),
                kind=None if told is None else told.kind,
                note=None if told is None else told.note,
            )
            for need, told in found
        ]
    )


@router.delete(
    "/{need_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problems(ParticipantUnknownError, rules.NeedUnknownError),
)
async def remove_accommodation_need(
    session: SessionDep,
    caller: Entrusted,
    now: Now,
    participant_id: ParticipantId,
    need_id: NeedId,
) -> None:
    """Take away what somebody no longer needs, for good.

    A need is never edited, so that there is no version of it to name.
    """
    person = await queries.get_entrusted(session, participant_id, scope=caller.scope, write=True)
    await operations.remove_need(session, person, need_id, now=now)


@class_router.get("", responses=problems(ClassUnknownError, OutsideScopeError))
async def list_needs_of_class(
    session: SessionDep,
    caller: Entrusted,
    policy: NikPolicyDep,
    class_id: ClassId,
    response: Response,
) -> SeatNeeds:
    """List what those who hold a seat in a class need, for its host; reading is noted for each."""
    class_ = await get_class(session, class_id)
    if not caller.scope.admits(place_of(class_), write=True):
        raise OutsideScopeError
    items = await operations.read_needs_of_class(session, class_id, keys=policy.keys)
    response.headers["Cache-Control"] = "no-store"
    return SeatNeeds(items=items)
