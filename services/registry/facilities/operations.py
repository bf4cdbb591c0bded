"""Changes to facilities: one function a use case, each within the caller's transaction."""

from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.access.rules import check_within
from services.registry.areas.queries import locate
from services.registry.areas.rules import Location
from services.registry.base import Event
from services.registry.facilities import queries, rules
from services.registry.facilities.rules import (
    FacilityCodeTakenError,
    FacilityIdTakenError,
    ParentUnknownError,
)
from services.registry.facilities.schemas import FacilityChange, FacilityCreate
from services.registry.facilities.tables import Facility
from services.registry.institutions.queries import known_ids as known_institutions
from services.registry.institutions.rules import InstitutionUnknownError
from shared.db.base import translate
from shared.db.events import Draft, emit_all
from shared.db.within import place_of
from shared.errors import ServiceError
from shared.ids import new_id
from shared.schemas.registry import FacilityCell, FacilityMoved, FacilityStatus, Topic
from shared.scope import Scope

_REFUSALS: Final[dict[str, type[ServiceError]]] = {
    "pk_facility": FacilityIdTakenError,
    "uq_facility_code": FacilityCodeTakenError,
}


def cell_of(facility: Facility) -> FacilityCell:
    """Return what a facility counts in."""
    return FacilityCell(
        province_code=facility.province_code,
        regency_code=facility.regency_code,
        facility_kind=facility.kind,
        owner_ministry=facility.owner_ministry,
        status=facility.status,
    )


def check_description(facility: Facility) -> None:
    """Refuse facts that contradict one another: see `rules.check_description`."""
    rules.check_description(
        kind=facility.kind,
        form=facility.form,
        parent_id=facility.parent_id,
        latitude=facility.latitude,
        longitude=facility.longitude,
    )


def moved(facility: Facility, *, topic: Topic, before: FacilityCell | None, now: datetime) -> Draft:
    """Return the event that tells how a facility counts from now on."""
    return Draft(
        topic=topic,
        stream_id=facility.id,
        event=FacilityMoved(
            facility_id=facility.id, code=facility.code, before=before, after=cell_of(facility)
        ),
        place=place_of(facility),
        occurred_at=now,
        version=facility.version,
    )


def new_facility(facts: dict[str, Any], *, location: Location, now: datetime) -> Facility:
    """Return a facility of these facts that stands at `location`."""
    return Facility(
        **facts,
        province_code=location.province_code,
        regency_code=location.regency_code,
        time_zone=location.time_zone,
        version=1,
        created_at=now,
        closed_at=None,
    )


async def register_facility(
    session: AsyncSession, body: FacilityCreate, *, scope: Scope, now: datetime, today: date
) -> Facility:
    """Register a facility and tell the other services.

    `today` is the day in Jakarta on which its area must be valid.

    Raises:
        AreaUnknownError, AreaTooCoarseError: when its area is none that a facility can stand in.
        OutOfScopeError: when its area or ministry is not the caller's.
        FormRefusedError, ParentMissingError, PointIncompleteError: when its facts disagree.
        ParentUnknownError, InstitutionUnknownError: when they name what is not there.
        FacilityIdTakenError, FacilityCodeTakenError: when it is registered already.
    """
    location = await locate(session, body.area_code, on=today)
    facts = body.model_dump()
    facts["id"] = body.id or new_id()
    facts["status"] = FacilityStatus(body.status)
    facility = new_facility(facts, location=location, now=now)
    check_within(scope, place_of(facility))
    check_description(facility)
    await _check_references(session, facility)
    session.add(facility)
    try:
        await session.flush()
    except IntegrityError as error:
        raise translate(error, _REFUSALS) from error
    event = moved(facility, topic=Topic.FACILITY_REGISTERED, before=None, now=now)
    await emit_all(session, Event, [event])
    return facility


async def _check_references(session: AsyncSession, facility: Facility) -> None:
    if facility.parent_id is not None and (
        facility.parent_id == facility.id
        or not await queries.known_ids(session, [facility.parent_id])
    ):
        raise ParentUnknownError(pointer="/parent_id")
    if facility.institution_id is not None and not await known_institutions(
        session, [facility.institution_id]
    ):
        raise InstitutionUnknownError(pointer="/institution_id")


async def correct_facility(
    session: AsyncSession,
    facility: Facility,
    change: FacilityChange,
    *,
    scope: Scope,
    now: datetime,
    today: date,
) -> bool:
    """Change the facts that the patch names of a locked facility; tell whether any changed.

    Raises:
        FacilityClosedError: when it is closed.
        OutOfScopeError: when it would leave the caller's area or ministry.
        And what `register_facility` raises about its facts.
    """
    if facility.status is FacilityStatus.CLOSED:
        raise rules.FacilityClosedError
    before = cell_of(facility)
    wanted = change.model_dump(exclude_unset=True)
    changed = {name: value for name, value in wanted.items() if getattr(facility, name) != value}
    if not changed:
        return False
    for name, value in changed.items():
        setattr(facility, name, value)
    if "area_code" in changed:
        await _move(session, facility, today=today)
    with session.no_autoflush:
        check_within(scope, place_of(facility))
        check_description(facility)
        await _check_references(session, facility)
    facility.version += 1
    await session.flush()
    event = moved(facility, topic=Topic.FACILITY_CHANGED, before=before, now=now)
    await emit_all(session, Event, [event])
    return True


async def _move(session: AsyncSession, facility: Facility, *, today: date) -> None:
    with session.no_autoflush:
        location = await locate(session, facility.area_code, on=today)
    facility.province_code = location.province_code
    facility.regency_code = location.regency_code
    facility.time_zone = location.time_zone


def turn(facility: Facility, *, wanted: FacilityStatus, now: datetime) -> Draft:
    """Give a locked facility another status, and return the event that tells so.

    Raises:
        FacilityStatusRefusedError: when its present status does not allow it.
    """
    rules.check_status_change(present=facility.status, wanted=wanted)
    before = cell_of(facility)
    facility.status = wanted
    facility.version += 1
    if wanted is FacilityStatus.CLOSED:
        facility.closed_at = now
    return moved(facility, topic=Topic.FACILITY_STATUS_CHANGED, before=before, now=now)


async def turn_facility(
    session: AsyncSession,
    facility_id: UUID,
    *,
    wanted: FacilityStatus,
    scope: Scope,
    now: datetime,
) -> Facility:
    """Activate, suspend or close a facility and tell the other services.

    Raises:
        FacilityNotFoundError: when there is none of this id.
        OutOfScopeError: when it lies outside the caller's scope.
        FacilityStatusRefusedError: when its present status does not allow it.
    """
    facility = await queries.get_facility_for_change(session, facility_id, scope=scope)
    event = turn(facility, wanted=wanted, now=now)
    await session.flush()
    await emit_all(session, Event, [event])
    return facility
