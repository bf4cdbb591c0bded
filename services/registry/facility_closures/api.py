"""HTTP face of the closing of facilities."""

from fastapi import APIRouter, Response

from services.registry.access.rules import OutOfScopeError
from services.registry.base import Idempotency
from services.registry.facilities.api import FacilityId, FacilityWriter, TurnBody
from services.registry.facilities.rules import (
    FacilityMergedError,
    FacilityNotFoundError,
    FacilityStatusRefusedError,
)
from services.registry.facilities.schemas import FacilityRead
from services.registry.facility_closures import operations
from services.registry.facility_closures.rules import FacilityBookedError
from shared.web.etag import etag_of
from shared.web.now import Now
from shared.web.once import OnceDep, answer_once
from shared.web.openapi import problems
from shared.web.session import SessionDep

router = APIRouter(prefix="/facilities", tags=["facilities"])


@router.post(
    "/{facility_id}/close",
    response_model=FacilityRead,
    responses=problems(
        FacilityNotFoundError,
        OutOfScopeError,
        FacilityMergedError,
        FacilityStatusRefusedError,
        FacilityBookedError,
    ),
)
async def close_facility(
    session: SessionDep,
    caller: FacilityWriter,
    once: OnceDep,
    now: Now,
    facility_id: FacilityId,
    body: TurnBody = None,
) -> Response:
    """Close a facility for good, unless somebody has one of its spaces for times to come."""

    async def work() -> FacilityRead:
        facility = await operations.close_facility(
            session,
            facility_id,
            scope=caller.scope,
            now=now,
            reason=None if body is None else body.reason,
        )
        return FacilityRead.model_validate(facility)

    return await answer_once(
        session, Idempotency, once, work, etag=lambda facility: etag_of(facility.version)
    )
