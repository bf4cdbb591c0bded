"""HTTP face of NIK corrections."""

from typing import Annotated, Final

from fastapi import APIRouter, Body, Response

from services.enrollment.base import Idempotency
from services.enrollment.identities.rules import NikMalformedError, NikSyntheticError
from services.enrollment.nik_corrections import operations, rules
from services.enrollment.nik_corrections.schemas import CorrectionReceipt, IdentityCorrection
from services.enrollment.participants import rules as participant_rules
from services.enrollment.participants.api import NikPolicyDep, ParticipantId, ParticipantWriter
from services.enrollment.participants.queries import get_for_change
from services.enrollment.participants.schemas import ParticipantReceipt
from services.enrollment.person_keys.rules import PersonErasedError
from shared.clock import ledger_day
from shared.web.now import Now
from shared.web.once import OnceDep, answer_once
from shared.web.openapi import problems
from shared.web.session import SessionDep

router = APIRouter(prefix="/participants/{participant_id}/nik-correction", tags=["participants"])

_EXAMPLE: Final = {
    "nik": "3373015704860000",
    "reason": "Salah ketik saat pendaftaran",
    "evidence_reference": "Dinas/BA/2026/18",
    "evidence_sha256": "0" * 64,
}


@router.post(
    "",
    response_model=CorrectionReceipt,
    responses=problems(
        participant_rules.OfficeOnlyError,
        participant_rules.ParticipantUnknownError,
        participant_rules.BirthDateError,
        NikMalformedError,
        NikSyntheticError,
        rules.NothingCorrectedError,
        rules.NikOfAnotherError,
        PersonErasedError,
    ),
)
async def correct_identity(
    *,
    session: SessionDep,
    caller: ParticipantWriter,
    once: OnceDep,
    now: Now,
    policy: NikPolicyDep,
    participant_id: ParticipantId,
    body: Annotated[IdentityCorrection, Body(examples=[_EXAMPLE])],
) -> Response:
    """Put a NIK, birth date or sex right, by an office and with evidence.

    Identity and claims follow at once, and the old NIK is free. A NIK that is somebody else's is
    refused: the two may be one person, to be merged.
    """

    async def work() -> CorrectionReceipt:
        participant_rules.check_office(caller.scope)
        person = await get_for_change(session, participant_id, scope=caller.scope)
        made = await operations.correct_identity(
            session,
            person,
            body,
            policy=policy,
            scope=caller.scope,
            now=now,
            today=ledger_day(now),
        )
        return CorrectionReceipt(
            id=made.id,
            participant_id=person.id,
            members=made.members,
            corrected_at=made.corrected_at,
            participant=ParticipantReceipt.model_validate(person),
        )

    return await answer_once(session, Idempotency, once, work)
