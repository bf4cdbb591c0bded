"""HTTP face of merges."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Path, Query, Response

from services.registry.access.rules import OutOfScopeError
from services.registry.base import Idempotency
from services.registry.facilities.rules import (
    FacilityClosedError,
    FacilityMergedError,
    FacilityNotFoundError,
)
from services.registry.facility_merges import operations, rules
from services.registry.facility_merges.rules import MergeMode
from services.registry.facility_merges.schemas import MergeCreate, MergeRead
from shared.clock import ledger_day
from shared.scope import Permission
from shared.web.auth import Caller, Requires
from shared.web.now import Now
from shared.web.once import OnceDep, answer_once
from shared.web.openapi import problems
from shared.web.session import SessionDep

router = APIRouter(prefix="/facilities/{facility_id}/merge", tags=["facility-merges"])

FacilityId = Annotated[UUID, Path(description="The facility that goes.")]
FacilityMerger = Annotated[Caller, Depends(Requires(Permission.FACILITIES_MERGE))]

_EXAMPLE: Final = {
    "into_id": "01a1f0c8-6c1e-7bd2-9f3a-5f0c6d2b7e11",
    "reason": "Satu balai terdaftar dua kali (DATA SINTETIS)",
}


@router.post(
    "",
    response_model=MergeRead,
    responses=problems(
        FacilityNotFoundError,
        rules.MergeWithItselfError,
        rules.MergeTargetUnknownError,
        rules.MergeCycleError,
        rules.MergeIntoChildError,
        FacilityMergedError,
        FacilityClosedError,
        OutOfScopeError,
    ),
)
async def merge_facility(
    *,
    session: SessionDep,
    caller: FacilityMerger,
    once: OnceDep,
    now: Now,
    facility_id: FacilityId,
    body: Annotated[MergeCreate, Body(examples=[_EXAMPLE])],
    mode: Annotated[
        MergeMode, Query(description="validate: tell every consequence, and change nothing.")
    ],
) -> Response:
    """Merge a facility into the one that stays, also when both have data.

    What it has moves along. Where both have the same, the one that stays wins and the other's is
    kept as history; a space of the same name gets the old code as a suffix; an agreement that
    covers both covers the one that stays for as long as either. The facility that goes is closed;
    its id and code answer with the one that stays, for good. Classes, enrollments and figures
    follow by event.
    """

    async def work() -> MergeRead:
        ends = await operations.lock_ends(session, facility_id, body.into_id, scope=caller.scope)
        if mode is MergeMode.VALIDATE:
            foreseen = await operations.foresee(session, ends)
            return operations.describe(ends, foreseen, reason=body.reason)
        return await operations.merge_facility(
            session, ends, reason=body.reason, now=now, today=ledger_day(now)
        )

    if mode is MergeMode.VALIDATE:
        told = await work()
        return Response(told.model_dump_json(), media_type="application/json")
    return await answer_once(session, Idempotency, once, work)
