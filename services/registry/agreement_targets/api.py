"""HTTP face of targets."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Path, Request, Response, status

from services.registry.access.rules import OutOfScopeError
from services.registry.agreement_targets import operations, queries
from services.registry.agreement_targets.rules import TargetRepeatedError
from services.registry.agreement_targets.schemas import TargetRead, Targets
from services.registry.agreements.queries import find_agreement, get_agreement_for_change
from services.registry.agreements.rules import AgreementNotFoundError, AgreementStateRefusedError
from shared.clock import ledger_day
from shared.schemas.paging import Page
from shared.scope import Permission
from shared.web.auth import Caller, Requires
from shared.web.etag import IfMatch, check_match, etag_of
from shared.web.now import Now
from shared.web.openapi import problems
from shared.web.paging import CursorInvalidError, PageArgs, page_of
from shared.web.session import SessionDep

router = APIRouter(prefix="/agreements/{agreement_id}/targets", tags=["agreements"])

AgreementId = Annotated[UUID, Path(description="The agreement's identifier.")]
RegistryReader = Annotated[Caller, Depends(Requires(Permission.REGISTRY_READ))]
AgreementWriter = Annotated[Caller, Depends(Requires(Permission.AGREEMENTS_WRITE))]

_EXAMPLE: Final = {
    "targets": [
        {
            "indicator": "PARTICIPANTS_TRAINED",
            "value": 5000,
            "unit": "orang",
            "by_day": "2027-12-31",
            "mode": "ADDITIONAL",
        }
    ]
}


@router.get("", responses=problems(AgreementNotFoundError, CursorInvalidError))
async def list_agreement_targets(
    request: Request,
    session: SessionDep,
    caller: RegistryReader,
    agreement_id: AgreementId,
    page: PageArgs,
) -> Page[TargetRead]:
    """List the numbers that an agreement promises, in the order of the document."""
    await find_agreement(session, agreement_id, scope=caller.scope)
    after = None if page.after_text is None else int(page.after_text)
    rows = await queries.list_targets(session, agreement_id, after=after, limit=page.fetch)
    return page_of(request, rows, page.limit, key=lambda row: [row.ordinal], read=TargetRead)


@router.put(
    "",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problems(
        AgreementNotFoundError, AgreementStateRefusedError, OutOfScopeError, TargetRepeatedError
    ),
)
async def state_agreement_targets(
    session: SessionDep,
    caller: AgreementWriter,
    agreement_id: AgreementId,
    if_match: IfMatch,
    now: Now,
    body: Annotated[Targets, Body(examples=[_EXAMPLE])],
) -> Response:
    """Replace the targets of an agreement; If-Match carries the agreement's version."""
    agreement = await get_agreement_for_change(session, agreement_id, scope=caller.scope)
    check_match(if_match, agreement.version)
    await operations.state_targets(session, agreement, body, now=now, today=ledger_day(now))
    return Response(
        status_code=status.HTTP_204_NO_CONTENT, headers={"ETag": etag_of(agreement.version)}
    )
