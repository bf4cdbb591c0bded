"""HTTP face of the end of agreements."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Path, Response

from services.registry.access.rules import OutOfScopeError
from services.registry.agreement_ends import operations
from services.registry.agreement_ends.rules import AgreementInUseError
from services.registry.agreements import rules
from services.registry.agreements.schemas import AgreementRead, Termination
from services.registry.base import Idempotency
from shared.clock import ledger_day
from shared.scope import Permission
from shared.web.auth import Caller, Requires
from shared.web.etag import etag_of
from shared.web.now import Now
from shared.web.once import OnceDep, answer_once
from shared.web.openapi import problems
from shared.web.session import SessionDep

router = APIRouter(prefix="/agreements/{agreement_id}", tags=["agreements"])

AgreementId = Annotated[UUID, Path(description="The agreement's identifier.")]
AgreementWriter = Annotated[Caller, Depends(Requires(Permission.AGREEMENTS_WRITE))]

_REFUSED: Final = (
    rules.AgreementNotFoundError,
    rules.AgreementStateRefusedError,
    OutOfScopeError,
)


@router.post(
    "/terminate",
    response_model=AgreementRead,
    responses=problems(*_REFUSED, rules.AgreementEndInvalidError, AgreementInUseError),
)
async def terminate_agreement(
    session: SessionDep,
    caller: AgreementWriter,
    once: OnceDep,
    now: Now,
    agreement_id: AgreementId,
    body: Annotated[
        Termination,
        Body(examples=[{"day": "2027-01-01", "reason": "Program berakhir lebih awal."}]),
    ],
) -> Response:
    """End an agreement before its time; on the day that is given it holds no more.

    While classes are planned under it from that day on, it is refused with the list of them.
    """

    async def work() -> AgreementRead:
        return await operations.end_agreement(
            session, agreement_id, body, scope=caller.scope, now=now, today=ledger_day(now)
        )

    return await answer_once(
        session, Idempotency, once, work, etag=lambda agreement: etag_of(agreement.version)
    )
