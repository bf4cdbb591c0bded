"""The closing of facilities, within the caller's transaction."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.facilities.operations import keep_changes, turn
from services.registry.facilities.queries import get_facility_for_change
from services.registry.facilities.tables import Facility
from services.registry.facility_closures import queries, rules
from shared.schemas.registry import FacilityStatus
from shared.scope import Scope


async def close_facility(
    session: AsyncSession, facility_id: UUID, *, scope: Scope, now: datetime, reason: str | None
) -> Facility:
    """Close a facility for good and tell the other services.

    Whoever gives one of its spaces to somebody waits until this is decided. Requests for its spaces
    can no longer be approved.

    Raises:
        FacilityNotFoundError, FacilityMergedError: when there is none of this id, or no longer.
        OutOfScopeError: when it lies outside the caller's scope.
        FacilityStatusRefusedError: when it is closed already.
        FacilityBookedError: when somebody has a space of it for times to come.
    """
    facility = await get_facility_for_change(session, facility_id, scope=scope)
    change = turn(facility, wanted=FacilityStatus.CLOSED, now=now, reason=reason)
    coming = await queries.ranges_to_come(session, facility.id, now=now)
    if coming:
        raise rules.booked(coming)
    await keep_changes(session, [change], now=now)
    return facility
