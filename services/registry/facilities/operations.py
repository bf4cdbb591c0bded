"""Changes to facilities: one function a use case, each within the caller's transaction."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Uuid, any_, func, insert, literal, update
from sqlalchemy.dialects.postgresql import ARRAY
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
    Standing,
)
from services.registry.facilities.schemas import FacilityChange, FacilityCreate
from services.registry.facilities.tables import Facility, FacilityPeriod
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


def of_facility(facility: Facility) -> dict[str, Any]:
    """Return the columns of `OfFacility` of what belongs to a facility."""
    return {
        "facility_id": facility.id,
        "province_code": facility.province_code,
        "regency_code": facility.regency_code,
        "owner_ministry": facility.owner_ministry,
    }


def standing_of(facility: Facility) -> Standing:
    """Return the facts of a facility of which a history is kept."""
    return Standing(**{each.name: getattr(facility, each.name) for each in fields(Standing)})


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
            facility_id=facility.id,
            code=facility.code,
            name=facility.name,
            before=before,
            after=cell_of(facility),
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


@dataclass(frozen=True, slots=True)
class Change:
    """What has become of a facility, to be kept by `keep_changes` in the same transaction."""

    event: Draft
    version: int
    before: Standing | None
    after: Standing
    reason: str | None

    @property
    def facility_id(self) -> UUID:
        """The facility that changed."""
        return self.event.stream_id


def new_facility(
    identity: Identity, facts: Facts, *, status: FacilityStatus, now: datetime
) -> tuple[Facility, Change]:
    """Return a facility, still to be added to a session, and the change that it is."""
    facility = Facility(
        id=identity.id,
        code=identity.code,
        synthetic=identity.synthetic,
        status=status,
        version=1,
        created_at=now,
        updated_at=now,
        closed_at=None,
        **_columns_of(facts),
    )
    event = moved(facility, topic=Topic.FACILITY_REGISTERED, before=None, now=now)
    return facility, Change(event, facility.version, None, standing_of(facility), None)


def restate(
    facility: Facility, facts: Facts, *, now: datetime, reason: str | None = None
) -> Change:
    """Say other facts of a locked facility, and return the change, which is still to be kept."""
    return _alter(facility, _columns_of(facts), Topic.FACILITY_CHANGED, now=now, reason=reason)


def _alter(
    facility: Facility,
    columns: Mapping[str, Any],
    topic: Topic,
    *,
    now: datetime,
    reason: str | None,
) -> Change:
    cell, before = cell_of(facility), standing_of(facility)
    for name, value in columns.items():
        setattr(facility, name, value)
    facility.version += 1
    facility.updated_at = now
    event = moved(facility, topic=topic, before=cell, now=now)
    return Change(event, facility.version, before, standing_of(facility), reason)


async def keep_changes(session: AsyncSession, changes: Sequence[Change], *, now: datetime) -> None:
    """Write some facilities' changes, their history, and the events that tell of them."""
    await session.flush()
    await keep_periods(session, changes, now=now)
    await emit_all(session, Event, [change.event for change in changes])


async def keep_periods(session: AsyncSession, changes: Iterable[Change], *, now: datetime) -> None:
    """End the periods of facilities that stand otherwise now, and begin new ones: two statements.

    Changes of one facility are in their order. A period never begins before the one that it ends,
    whatever the clock says.
    """
    begun = [change for change in changes if change.after != change.before]
    followed = {change.facility_id for change in begun if change.before is not None}
    starts = await _end_periods(session, followed, now=now)
    last = {change.facility_id: change for change in begun}
    rows = []
    for change in begun:
        start = starts.get(change.facility_id, now)
        rows.append(
            {
                **asdict(change.after),
                "facility_id": change.facility_id,
                "version": change.version,
                "valid_from": start,
                "valid_to": None if change is last[change.facility_id] else start,
                "changed": list(change.after.changed_since(change.before)),
                "reason": change.reason,
                "actor": session.info["actor"].name,
            }
        )
    if rows:
        await session.execute(insert(FacilityPeriod), rows)


async def _end_periods(
    session: AsyncSession, facility_ids: Iterable[UUID], *, now: datetime
) -> dict[UUID, datetime]:
    """End the present periods of some locked facilities, and return when each ended."""
    wanted = list(facility_ids)
    if not wanted:
        return {}
    statement = (
        update(FacilityPeriod)
        .where(
            FacilityPeriod.facility_id == any_(literal(wanted, ARRAY(Uuid()))),
            FacilityPeriod.valid_to.is_(None),
        )
        .values(valid_to=func.greatest(FacilityPeriod.valid_from, now))
        .returning(FacilityPeriod.facility_id, FacilityPeriod.valid_to)
        .execution_options(synchronize_session=False)
    )
    rows = (await session.execute(statement)).all()
    return {row.facility_id: row.valid_to for row in rows if row.valid_to is not None}


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
    facility, change = new_facility(identity, facts, status=FacilityStatus(body.status), now=now)
    session.add(facility)
    try:
        await session.flush()
    except IntegrityError as error:
        raise translate(error, _REFUSALS) from error
    await keep_changes(session, [change], now=now)
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
    reason: str | None = None,
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
    await keep_changes(session, [restate(facility, wanted, now=now, reason=reason)], now=now)
    return True


def turn(
    facility: Facility, *, wanted: FacilityStatus, now: datetime, reason: str | None = None
) -> Change:
    """Give a locked facility another status, and return the change, which is still to be kept.

    Raises:
        FacilityStatusRefusedError: when its present status does not allow it.
    """
    rules.check_status_change(present=facility.status, wanted=wanted)
    columns: dict[str, Any] = {"status": wanted}
    if wanted is FacilityStatus.CLOSED:
        columns["closed_at"] = now
    return _alter(facility, columns, Topic.FACILITY_STATUS_CHANGED, now=now, reason=reason)


async def turn_facility(
    session: AsyncSession,
    facility_id: UUID,
    *,
    wanted: FacilityStatus,
    scope: Scope,
    now: datetime,
    reason: str | None = None,
) -> Facility:
    """Activate or suspend a facility and tell the other services.

    Raises:
        FacilityNotFoundError: when there is none of this id.
        OutOfScopeError: when it lies outside the caller's scope.
        FacilityStatusRefusedError: when its present status does not allow it.
    """
    facility = await queries.get_facility_for_change(session, facility_id, scope=scope)
    change = turn(facility, wanted=wanted, now=now, reason=reason)
    await keep_changes(session, [change], now=now)
    return facility
