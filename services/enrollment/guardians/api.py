"""HTTP face of guardians."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Path, Response, status

from services.enrollment.base import Audit, Idempotency
from services.enrollment.guardians import operations, queries, rules
from services.enrollment.guardians.schemas import (
    GuardianCreate,
    GuardianRead,
    GuardianReceipt,
    GuardiansRead,
)
from services.enrollment.participants.api import (
    NikPolicyDep,
    ParticipantId,
    ParticipantWriter,
)
from services.enrollment.participants.queries import get_for_change, get_participant
from services.enrollment.participants.rules import ParticipantUnknownError, is_self
from services.enrollment.person_keys.rules import PersonErasedError
from shared.clock import ledger_day
from shared.db.audit import note_read
from shared.scope import Permission
from shared.web.auth import Caller, Requires
from shared.web.etag import IfMatch, check_match
from shared.web.now import Now
from shared.web.once import OnceDep, answer_once
from shared.web.openapi import problems
from shared.web.session import SessionDep

router = APIRouter(prefix="/participants/{participant_id}/guardians", tags=["participants"])

# Who answers for a minor is specific data, as needs are.
Entrusted = Annotated[Caller, Depends(Requires(Permission.PARTICIPANTS_SPECIFIC))]
GuardianId = Annotated[UUID, Path(description="The guardian's identifier.")]
_EXAMPLE: Final = {
    "name": "Ibu Contoh (DATA SINTETIS)",
    "relation": "PARENT",
    "phone": "081200000017",
    "consents": True,
    "consent_version": "2026-1",
}


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    response_model=GuardianReceipt,
    responses=problems(ParticipantUnknownError, rules.NotAMinorError, PersonErasedError),
)
async def name_guardian(
    *,
    session: SessionDep,
    caller: ParticipantWriter,
    once: OnceDep,
    now: Now,
    policy: NikPolicyDep,
    participant_id: ParticipantId,
    body: Annotated[GuardianCreate, Body(examples=[_EXAMPLE])],
) -> Response:
    """Name who answers for somebody under 18 and consents: no seat is a minor's for good without.

    Name, relation and contact are sealed under the minor's own key.
    """

    async def work() -> GuardianReceipt:
        person = await get_for_change(session, participant_id, scope=caller.scope)
        guardian = await operations.name_guardian(
            session, person, body, keys=policy.keys, now=now, today=ledger_day(now)
        )
        return GuardianReceipt.model_validate(guardian)

    return await answer_once(session, Idempotency, once, work, status=status.HTTP_201_CREATED)


@router.get("", responses=problems(ParticipantUnknownError))
async def list_guardians(
    session: SessionDep,
    caller: Entrusted,
    policy: NikPolicyDep,
    participant_id: ParticipantId,
    response: Response,
) -> GuardiansRead:
    """List who answers, or answered, for a person; reading is noted."""
    await get_participant(session, participant_id, scope=caller.scope)
    if not is_self(participant_id, scope=caller.scope):
        await note_read(
            session, Audit, action="participant.guardians.read", subject_id=participant_id
        )
    found = await queries.list_guardians(session, participant_id)
    opened = await operations.open_guardians(session, found, keys=policy.keys)
    response.headers["Cache-Control"] = "no-store"
    return GuardiansRead(
        items=[
            GuardianRead(
                **GuardianReceipt.model_validate(each).model_dump(),
                name=None if told is None else told.name,
                relation=None if told is None else told.relation,
                phone=None if told is None else told.phone,
            )
            for each, told in zip(found, opened, strict=True)
        ]
    )


@router.delete(
    "/{guardian_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problems(ParticipantUnknownError, rules.GuardianUnknownError),
)
async def end_guardian(
    *,
    session: SessionDep,
    caller: ParticipantWriter,
    participant_id: ParticipantId,
    guardian_id: GuardianId,
    if_match: IfMatch,
    now: Now,
) -> None:
    """Note that somebody no longer answers for a person; If-Match carries the person's version."""
    person = await get_for_change(session, participant_id, scope=caller.scope)
    check_match(if_match, person.version)
    await operations.end_guardian(session, person, guardian_id, now=now, today=ledger_day(now))
