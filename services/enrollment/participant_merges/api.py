"""HTTP face of merges."""

from typing import Annotated, Final

from fastapi import APIRouter, Body, Depends, Query, Response

from services.enrollment.base import Idempotency
from services.enrollment.participant_merges import operations, rules
from services.enrollment.participant_merges.rules import MergeMode
from services.enrollment.participant_merges.schemas import MergeCreate, MergeRead
from services.enrollment.participants.api import NikPolicyDep, ParticipantId
from services.enrollment.participants.rules import ParticipantMergedError, ParticipantUnknownError
from services.enrollment.person_keys.rules import PersonErasedError
from shared.clock import ledger_day
from shared.scope import Permission
from shared.web.auth import Caller, Requires
from shared.web.etag import IfMatch, check_match, etag_of
from shared.web.now import Now
from shared.web.once import OnceDep, answer_once
from shared.web.openapi import problems
from shared.web.session import SessionDep

router = APIRouter(prefix="/participants/{participant_id}/merge", tags=["participant-merges"])

ParticipantMerger = Annotated[Caller, Depends(Requires(Permission.PARTICIPANTS_MERGE))]

_EXAMPLE: Final = {
    "other_id": "01a1f0c8-6c1e-7bd2-9f3a-5f0c6d2b7e11",
    "other_version": 1,
    "reason": "Satu orang terdaftar dengan NIK salah ketik (DATA SINTETIS)",
    "take": ["IDENTITY"],
}


@router.post(
    "",
    response_model=MergeRead,
    responses=problems(
        ParticipantUnknownError,
        ParticipantMergedError,
        PersonErasedError,
        rules.MergeWithItselfError,
        rules.MergeCycleError,
        rules.MergeNeedsChoiceError,
        rules.MergeBlockedError,
        rules.MergeChoiceRefusedError,
    ),
)
async def merge_participants(
    *,
    session: SessionDep,
    caller: ParticipantMerger,
    once: OnceDep,
    now: Now,
    policy: NikPolicyDep,
    participant_id: ParticipantId,
    if_match: IfMatch,
    body: Annotated[MergeCreate, Body(examples=[_EXAMPLE])],
    mode: Annotated[
        MergeMode, Query(description="validate: tell every consequence, and change nothing.")
    ],
) -> Response:
    """Merge another person into this one, who stays, with all that the other has.

    Of two places in one programme the one that came further stays; the other is cancelled and its
    seat goes to who waits. Where both have begun the training the reviewer chooses. Certificates
    keep number and name. Both NIKs and all logins lead to the one who stays, for good, and so does
    the other's id. Follow-ups follow by event.
    """

    async def work() -> MergeRead:
        stays, gone = await operations.lock_people(
            session, participant_id, body, scope=caller.scope
        )
        check_match(if_match, stays.version)
        if mode is MergeMode.VALIDATE:
            return await operations.foresee(session, stays, gone, body)
        return await operations.merge_people(
            session,
            stays,
            gone,
            body,
            keys=policy.keys,
            registered=(ledger_day(stays.created_at), ledger_day(gone.created_at)),
            now=now,
            today=ledger_day(now),
        )

    if mode is MergeMode.VALIDATE:
        told = await work()
        return Response(told.model_dump_json(), media_type="application/json")
    return await answer_once(
        session, Idempotency, once, work, etag=lambda merge: etag_of(merge.version)
    )
