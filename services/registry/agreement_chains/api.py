"""HTTP face of chains of agreements."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Request

from services.registry.agreement_chains import queries
from services.registry.agreement_chains.schemas import AgreementChain, ChainLink
from services.registry.agreements.queries import find_agreement
from services.registry.agreements.rules import AgreementNotFoundError
from shared.clock import ledger_day
from shared.scope import Permission
from shared.web.auth import Caller, Requires
from shared.web.now import Now
from shared.web.openapi import problems
from shared.web.paging import CursorInvalidError, PageArgs, page_of
from shared.web.session import SessionDep

router = APIRouter(prefix="/agreements/{agreement_id}/chain", tags=["agreements"])

RegistryReader = Annotated[Caller, Depends(Requires(Permission.REGISTRY_READ))]


@router.get("", responses=problems(AgreementNotFoundError, CursorInvalidError))
async def get_agreement_chain(
    request: Request,
    session: SessionDep,
    caller: RegistryReader,
    agreement_id: Annotated[UUID, Path(description="The agreement's identifier.")],
    page: PageArgs,
    now: Now,
    *,
    on: Annotated[
        date | None, Query(description="The day that decides on states; today if left out.")
    ] = None,
) -> AgreementChain:
    """Return what an agreement follows from, and a page of what follows from it."""
    day = on or ledger_day(now)
    agreement = await find_agreement(session, agreement_id, scope=caller.scope)
    above = await queries.find_above(session, agreement_id, scope=caller.scope, on=day)
    rows = await queries.find_below(
        session, agreement_id, scope=caller.scope, on=day, after=page.after, limit=page.fetch
    )
    below = page_of(
        request, rows, page.limit, key=lambda row: [row.distance, row.number], read=ChainLink
    )
    return AgreementChain(
        above=above,
        agreement=queries.link_of(agreement, distance=0, on=day),
        items=below.items,
        next=below.next,
    )
