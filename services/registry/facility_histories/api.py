"""HTTP face of the history of facilities."""

from datetime import date, datetime, time
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Request

from services.registry.facilities.queries import get_facility
from services.registry.facilities.rules import FacilityNotFoundError
from services.registry.facilities.tables import FacilityPeriod
from services.registry.facility_histories import queries
from services.registry.facility_histories.schemas import FacilityPeriodRead
from shared.clock import JAKARTA
from shared.db.within import place_of
from shared.schemas.paging import Page
from shared.scope import Permission
from shared.web.auth import Caller, Requires
from shared.web.openapi import problems
from shared.web.paging import CursorInvalidError, PageArgs, page_of
from shared.web.session import SessionDep

router = APIRouter(prefix="/facilities/{facility_id}/history", tags=["facility-histories"])

FacilityId = Annotated[UUID, Path(description="The facility's identifier.")]
RegistryReader = Annotated[Caller, Depends(Requires(Permission.REGISTRY_READ))]


class Aspect(StrEnum):
    """A fact of which a history is kept."""

    KIND = "kind"
    FORM = "form"
    OWNER_MINISTRY = "owner_ministry"
    INSTITUTION_ID = "institution_id"
    AREA_CODE = "area_code"
    STATUS = "status"


@router.get("", responses=problems(FacilityNotFoundError, CursorInvalidError))
async def list_facility_history(
    *,
    request: Request,
    session: SessionDep,
    caller: RegistryReader,
    facility_id: FacilityId,
    page: PageArgs,
    changed: Annotated[Aspect | None, Query(description="Only changes of this fact.")] = None,
    on: Annotated[
        date | None, Query(description="Only how it stood at the end of this day in Jakarta.")
    ] = None,
) -> Page[FacilityPeriodRead]:
    """List how a facility stood, the latest first, with who changed it and why.

    One that was merged keeps its own history.
    """
    facility = await get_facility(session, facility_id, merged=True)
    rows = await queries.list_periods(
        session,
        facility_id,
        changed=changed,
        at=None if on is None else datetime.combine(on, time.max, JAKARTA),
        before=None if page.after is None else int(page.after[0] or 0),
        limit=page.fetch,
    )
    known = caller.scope.admits(place_of(facility))

    def read(row: FacilityPeriod) -> FacilityPeriodRead:
        period = FacilityPeriodRead.model_validate(row)
        return period if known else period.model_copy(update={"actor": None})

    return page_of(request, rows, page.limit, key=lambda row: [row.version], read=read)
