"""Changes to facilities: one function a use case, each within the caller's transaction."""

from dataclasses import dataclass, fields, replace
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
    Facts,
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

# Facts that a body names as a facility does.
_PLAIN: Final = {each.name for each in fields(Facts)} - {"location", "trades"}
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


def facts_of(facility: Facility) -> Facts:
    """Return what is said of a facility."""
    return Facts(
        name=facility.name,
        kind=facility.kind,
        form=facility.form,
        institution_id=facility.institution_id,
        parent_id=facility.parent_id,
        owner_ministry=facility.owner_ministry,
        location=Location(
            area_code=facility.area_code,
            province_code=facility.province_code,
            regency_code=facility.regency_code,
            time_zone=facility.time_zone,
        ),
        latitude=facility.latitude,
        longitude=facility.longitude,
        trades=tuple(facility.trades),
        address=facility.address,
    )


def _columns_of(facts: Facts) -> dict[str, Any]:
    columns = {each.name: getattr(facts, each.name) for each in fields(Facts)}
    location = columns.pop("location")
    return {
        **columns,
        "area_code": location.area_code,
        "province_code": location.province_code,
        "regency_code": location.regency_code,
        "time_zone": location.time_zone,
        "trades": list(facts.trades),
    }


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


@dataclass(frozen=True, slots=True)
class Identity:
    """What a facility is given once and keeps."""

    id: UUID
    code: str
    synthetic: bool


def new_facility(
    identity: Identity, facts: Facts, *, status: FacilityStatus, now: datetime
) -> tuple[Facility, Draft]:
    """Return a facility, still to be added to a session, and the event that tells of it."""
    facility = Facility(
        id=identity.id,
        code=identity.code,
        synthetic=identity.synthetic,
        status=status,
        version=1,
        created_at=now,
        closed_at=None,
        **_columns_of(facts),
    )
    return facility, moved(facility, topic=Topic.FACILITY_REGISTERED, before=None, now=now)


def restate(facility: Facility, facts: Facts, *, now: datetime) -> Draft:
    """Say other facts of a locked facility, and return the event that tells so."""
    before = cell_of(facility)
    for name, value in _columns_of(facts).items():
        setattr(facility, name, value)
    facility.version += 1
    return moved(facility, topic=Topic.FACILITY_CHANGED, before=before, now=now)


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
    identity = Identity(id=body.id or new_id(), code=body.code, synthetic=body.synthetic)
    facts = Facts(
        **body.model_dump(include=_PLAIN),
        trades=tuple(body.trades),
        location=await locate(session, body.area_code, on=today),
    )
    await _check(session, facts, facility_id=identity.id, scope=scope)
    facility, event = new_facility(identity, facts, status=FacilityStatus(body.status), now=now)
    session.add(facility)
    try:
        await session.flush()
    except IntegrityError as error:
        raise translate(error, _REFUSALS) from error
    await emit_all(session, Event, [event])
    return facility


async def _check(session: AsyncSession, facts: Facts, *, facility_id: UUID, scope: Scope) -> None:
    check_within(scope, facts.place(facility_id))
    rules.check_facts(facts)
    if facts.parent_id is not None and (
        facts.parent_id == facility_id or not await queries.known_ids(session, [facts.parent_id])
    ):
        raise ParentUnknownError(pointer="/parent_id")
    if facts.institution_id is not None and not await known_institutions(
        session, [facts.institution_id]
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
    present = facts_of(facility)
    wanted = replace(present, **change.model_dump(include=_PLAIN, exclude_unset=True))
    if change.trades is not None:
        wanted = replace(wanted, trades=tuple(change.trades))
    if change.area_code is not None and change.area_code != facility.area_code:
        wanted = replace(wanted, location=await locate(session, change.area_code, on=today))
    if wanted == present:
        return False
    await _check(session, wanted, facility_id=facility.id, scope=scope)
    event = restate(facility, wanted, now=now)
    await session.flush()
    await emit_all(session, Event, [event])
    return True


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
