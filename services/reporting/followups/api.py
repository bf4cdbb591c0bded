"""HTTP face of follow-ups, for whoever reads them."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import BeforeValidator

from services.reporting.followups import operations, queries, rules
from services.reporting.followups.queries import FollowUpFilter
from services.reporting.followups.rules import IncomeKeys
from services.reporting.followups.schemas import (
    FollowUpDetail,
    FollowUpRead,
    FollowUpVersionRead,
)
from shared.errors import NotFoundError
from shared.schemas.paging import Page
from shared.schemas.reporting import OutcomeStatus
from shared.scope import Permission
from shared.web.auth import Caller, Requires
from shared.web.etag import etag_of
from shared.web.openapi import problems
from shared.web.paging import CursorInvalidError, PageArgs, page_of
from shared.web.session import SessionDep

router = APIRouter(prefix="/followups", tags=["followups"])

FollowUpReader = Annotated[Caller, Depends(Requires(Permission.FOLLOWUPS_READ))]
FollowUpId = Annotated[UUID, Path(description="The follow-up's identifier.")]


def _split(values: object) -> object:
    """Read `A,B` as well as `A` and `B` given one by one."""
    if isinstance(values, list):
        return [part for value in values for part in str(value).split(",")]
    return values


async def _income_keys(request: Request) -> IncomeKeys | None:
    keys: IncomeKeys | None = request.scope["state"]["income_keys"]
    return keys


Keys = Annotated[IncomeKeys | None, Depends(_income_keys)]


async def _filter(
    *,
    enrollment_id: UUID | None = None,
    participant_id: UUID | None = None,
    facility_id: UUID | None = None,
    horizon_months: Annotated[int | None, Query(description="3, 6 or 12.")] = None,
    followup_status: Annotated[
        list[OutcomeStatus] | None,
        BeforeValidator(_split),
        Query(alias="status", description="EMPLOYED,BOTH"),
    ] = None,
) -> FollowUpFilter:
    return FollowUpFilter(
        enrollment_id=enrollment_id,
        participant_id=participant_id,
        facility_id=facility_id,
        horizon_months=horizon_months,
        status=followup_status or (),
    )


@router.get("", responses=problems(CursorInvalidError))
async def list_followups(
    caller: FollowUpReader,
    session: SessionDep,
    request: Request,
    page: PageArgs,
    chosen: Annotated[FollowUpFilter, Depends(_filter)],
) -> Page[FollowUpRead]:
    """List follow-ups within the caller's area, or his own, in the order in which they were made.

    Amounts of income are shown one follow-up at a time.
    """
    rows = await queries.list_followups(
        session,
        scope=caller.scope,
        chosen=chosen,
        after=UUID(str(page.after[0])) if page.after else None,
        limit=page.fetch,
    )
    return page_of(request, rows, page.limit, key=lambda row: [str(row.id)], read=FollowUpRead)


@router.get("/{followup_id}", responses=problems(NotFoundError, rules.IncomeKeyMissingError))
async def get_followup(
    followup_id: FollowUpId,
    caller: FollowUpReader,
    session: SessionDep,
    keys: Keys,
    response: Response,
) -> FollowUpDetail:
    """Return one follow-up with its amounts of income; who reads amounts is written down.

    The amounts are null for a caller without the permission `followups:income`.
    """
    followup, incomes = await operations.read_incomes(
        session,
        followup_id=followup_id,
        scope=caller.scope,
        income_scope=caller.actor.scope(Permission.FOLLOWUPS_INCOME),
        keys=keys,
    )
    response.headers["ETag"] = etag_of(followup.version)
    shown = FollowUpRead.model_validate(followup).model_dump()
    return FollowUpDetail(
        **shown,
        income_before_rupiah=incomes.before,
        income_after_rupiah=incomes.after,
        size_before_rupiah=incomes.size_before,
        size_after_rupiah=incomes.size_after,
    )


@router.get("/{followup_id}/versions", responses=problems(NotFoundError, CursorInvalidError))
async def list_followup_versions(
    followup_id: FollowUpId,
    caller: FollowUpReader,
    session: SessionDep,
    request: Request,
    page: PageArgs,
) -> Page[FollowUpVersionRead]:
    """List what a follow-up said before it was corrected, the oldest first, without amounts."""
    await queries.get_followup(session, followup_id, scope=caller.scope)
    rows = await queries.list_versions(
        session,
        followup_id,
        after=int(page.after_text) if page.after_text else 0,
        limit=page.fetch,
    )
    return page_of(
        request, rows, page.limit, key=lambda row: [row.version], read=FollowUpVersionRead
    )
