"""Changes to codes of other registers, each within the caller's transaction."""

from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.base import Event
from services.registry.facilities.operations import of_facility
from services.registry.facilities.queries import (
    get_facility_for_change,
    get_open_facility_for_change,
)
from services.registry.facilities.tables import Facility
from services.registry.facility_codes import queries
from services.registry.facility_codes.rules import (
    ExternalCodeTakenError,
    FacilityCodeNotFoundError,
    follow,
)
from services.registry.facility_codes.schemas import FacilityCodeState
from services.registry.facility_codes.tables import FacilityCode
from shared.db.base import translate
from shared.db.events import emit
from shared.db.within import place_of
from shared.errors import ServiceError
from shared.ids import new_id
from shared.schemas.registry import FacilityCodeChanged, Topic
from shared.scope import Scope

_REFUSALS: Final[dict[str, type[ServiceError]]] = {
    "ex_facility_code_scheme_code": ExternalCodeTakenError
}


async def state_code(
    session: AsyncSession,
    facility_id: UUID,
    scheme: str,
    body: FacilityCodeState,
    *,
    scope: Scope,
    now: datetime,
    today: date,
) -> tuple[FacilityCode, bool]:
    """Say what a facility is called in a scheme; return the code, and whether it is a new one.

    The code that it had ends where the new one begins.

    Raises:
        FacilityNotFoundError: when there is no such facility.
        OutOfScopeError: when it lies outside the caller's scope.
        FacilityClosedError: when it is closed.
        CodePeriodInvalidError: when the code would hold before the one that it follows.
        ExternalCodeTakenError: when it leads to another facility at that time.
    """
    facility = await get_open_facility_for_change(session, facility_id, scope=scope)
    present = await queries.open_codes(session, facility_id, scheme=scheme)
    same = [each for each in present if each.code == body.code]
    if same:
        return same[0], False
    valid_from = body.valid_from or today
    for each in present:
        await _make_way(session, each, valid_from=valid_from)
    code = FacilityCode(
        id=new_id(),
        **of_facility(facility),
        scheme=scheme,
        code=body.code,
        valid_from=valid_from,
        valid_to=None,
        created_at=now,
    )
    session.add(code)
    await _flush(session)
    await _tell(session, facility, code, now=now)
    return code, True


async def _make_way(session: AsyncSession, present: FacilityCode, *, valid_from: date) -> None:
    if follow(present_from=present.valid_from, valid_from=valid_from).in_place:
        await session.delete(present)
    else:
        present.valid_to = valid_from
    await session.flush()


async def withdraw_code(
    session: AsyncSession,
    facility_id: UUID,
    scheme: str,
    *,
    scope: Scope,
    now: datetime,
    today: date,
) -> None:
    """End today what a facility is called in a scheme, and tell of it.

    Raises:
        FacilityNotFoundError: when there is no such facility.
        OutOfScopeError: when it lies outside the caller's scope.
        FacilityCodeNotFoundError: when it has no code in the scheme.
    """
    facility = await get_facility_for_change(session, facility_id, scope=scope)
    present = await queries.open_codes(session, facility_id, scheme=scheme)
    if not present:
        raise FacilityCodeNotFoundError
    for each in present:
        if each.valid_from < today:
            each.valid_to = today
        else:
            await session.delete(each)
        await _tell(session, facility, each, now=now, holds=False)
    await session.flush()


async def _flush(session: AsyncSession) -> None:
    try:
        await session.flush()
    except IntegrityError as error:
        raise translate(error, _REFUSALS) from error


async def _tell(
    session: AsyncSession,
    facility: Facility,
    code: FacilityCode,
    *,
    now: datetime,
    holds: bool = True,
) -> None:
    await emit(
        session,
        Event,
        topic=Topic.FACILITY_CODE_CHANGED,
        stream_id=code.id,
        event=FacilityCodeChanged(
            facility_id=facility.id, scheme=code.scheme, code=code.code if holds else None
        ),
        place=place_of(facility),
        occurred_at=now,
        version=1 if holds else 2,
    )
