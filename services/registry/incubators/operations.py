"""Changes to incubators, their people and tenants, each within the caller's transaction."""

from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.base import Event
from services.registry.facilities.queries import get_facility_for_change
from services.registry.incubators import queries, rules
from services.registry.incubators.rules import IncubatorState, TenantStatus
from services.registry.incubators.schemas import (
    IncubatorChange,
    IncubatorDesignate,
    IncubatorEnd,
    PersonName,
    TenantAdvance,
    TenantGraduate,
    TenantJoin,
    TenantLeave,
)
from services.registry.incubators.tables import Incubator, IncubatorPerson, IncubatorTenant
from services.registry.institutions.rules import InstitutionUnknownError
from services.registry.records.operations import check_open, place_columns
from shared.db.base import translate
from shared.db.events import Draft, emit_all
from shared.db.within import place_of
from shared.errors import ServiceError
from shared.ids import new_id
from shared.schemas.registry import IncubatorChanged, IncubatorPersonChanged, TenantMoved, Topic
from shared.scope import Scope

_REFUSALS: Final[dict[str, type[ServiceError]]] = {
    "pk_incubator": rules.IncubatorIdTakenError,
    "ex_incubator_period": rules.IncubatorOverlapError,
    "fk_incubator_holder_institution_id": InstitutionUnknownError,
    "uq_incubator_person_manager": rules.ManagerNamedError,
    "fk_incubator_person_instructor_id": rules.InstructorUnknownError,
    "fk_incubator_person_institution_id": InstitutionUnknownError,
    "pk_incubator_tenant": rules.TenantIdTakenError,
    "uq_incubator_tenant_participant": rules.TenantInsideError,
    "uq_incubator_tenant_business": rules.TenantInsideError,
}
_SCOPE: Final = ("facility_id", "province_code", "regency_code", "owner_ministry")


async def _flush(session: AsyncSession) -> None:
    try:
        await session.flush()
    except IntegrityError as error:
        raise translate(error, _REFUSALS) from error


def _told(
    incubator: Incubator, topic: Topic, *, before: IncubatorState | None, now: datetime
) -> Draft:
    return Draft(
        topic=topic,
        stream_id=incubator.id,
        event=IncubatorChanged(
            incubator_id=incubator.id,
            facility_id=incubator.facility_id,
            before=before,
            after=incubator.state,
            capacity=incubator.capacity,
        ),
        place=place_of(incubator),
        occurred_at=now,
        version=incubator.version,
    )


async def designate_incubator(
    session: AsyncSession,
    facility_id: UUID,
    body: IncubatorDesignate,
    *,
    scope: Scope,
    now: datetime,
) -> Incubator:
    """Keep the designation of a facility as an incubator.

    Raises:
        FacilityNotFoundError, OutOfScopeError, FacilityClosedError: when the facility is none
            that the caller may change.
        IncubatorPeriodInvalidError, InstitutionUnknownError: when the designation is not sound.
        IncubatorIdTakenError, IncubatorOverlapError: when there is one already.
    """
    facility = await get_facility_for_change(session, facility_id, scope=scope)
    check_open(facility)
    rules.check_period(valid_from=body.valid_from, valid_to=body.valid_to)
    incubator = Incubator(
        **{
            **body.model_dump(),
            **place_columns(facility),
            "id": body.id or new_id(),
            "tenants": 0,
            "state": IncubatorState.ACTIVE,
            "version": 1,
            "created_at": now,
        }
    )
    session.add(incubator)
    await _flush(session)
    told = _told(incubator, Topic.INCUBATOR_DESIGNATED, before=None, now=now)
    await emit_all(session, Event, [told])
    return incubator


async def change_incubator(
    session: AsyncSession, incubator: Incubator, change: IncubatorChange, *, now: datetime
) -> None:
    """Change what the patch names of a locked incubator.

    Raises:
        IncubatorStateRefusedError: when it has ended.
        IncubatorPeriodInvalidError, InstitutionUnknownError: when the change is not sound.
        IncubatorFullError: when it would have fewer places than tenants.
        IncubatorOverlapError: when another designation begins before its new last day.
    """
    rules.check_unended(incubator.state)
    wanted = change.model_dump(exclude_unset=True)
    if all(getattr(incubator, name) == value for name, value in wanted.items()):
        return
    rules.check_period(
        valid_from=incubator.valid_from, valid_to=wanted.get("valid_to", incubator.valid_to)
    )
    rules.check_room(taken=incubator.tenants, capacity=wanted.get("capacity", incubator.capacity))
    for name, value in wanted.items():
        setattr(incubator, name, value)
    incubator.version += 1
    await _flush(session)
    told = _told(incubator, Topic.INCUBATOR_CHANGED, before=incubator.state, now=now)
    await emit_all(session, Event, [told])


async def turn_incubator(
    session: AsyncSession,
    incubator_id: UUID,
    *,
    wanted: IncubatorState,
    scope: Scope,
    now: datetime,
) -> Incubator:
    """Suspend an incubator or let it go on.

    Raises:
        IncubatorNotFoundError, OutOfScopeError: when it is none that the caller may change.
        IncubatorStateRefusedError: when its present state does not allow it.
    """
    incubator = await queries.get_incubator_for_change(session, incubator_id, scope=scope)
    before = incubator.state
    rules.check_state_change(present=before, wanted=wanted)
    incubator.state = wanted
    incubator.version += 1
    await session.flush()
    told = _told(incubator, Topic.INCUBATOR_CHANGED, before=before, now=now)
    await emit_all(session, Event, [told])
    return incubator


async def end_incubator(
    session: AsyncSession,
    incubator_id: UUID,
    body: IncubatorEnd,
    *,
    scope: Scope,
    now: datetime,
    today: date,
) -> Incubator:
    """End a designation; tenants that are in it leave that day.

    Raises:
        IncubatorNotFoundError, OutOfScopeError: when it is none that the caller may change.
        IncubatorStateRefusedError: when it has ended already.
        EndDayInvalidError: when the day is not one of its own, or a tenant joined later.
    """
    incubator = await queries.get_incubator_for_change(session, incubator_id, scope=scope)
    before = incubator.state
    rules.check_state_change(present=before, wanted=IncubatorState.ENDED)
    rules.check_end(
        body.ended_on, valid_from=incubator.valid_from, valid_to=incubator.valid_to, today=today
    )
    inside = await queries.tenants_inside(session, incubator.id)
    if any(tenant.joined_on > body.ended_on for tenant in inside):
        raise rules.EndDayInvalidError(pointer="/ended_on")
    events = [_leave(tenant, on=body.ended_on, now=now) for tenant in inside]
    incubator.state = IncubatorState.ENDED
    incubator.ended_on = body.ended_on
    incubator.end_reason = body.reason
    incubator.tenants = 0
    incubator.version += 1
    await session.flush()
    events.append(_told(incubator, Topic.INCUBATOR_ENDED, before=before, now=now))
    await emit_all(session, Event, events)
    return incubator


async def name_person(
    session: AsyncSession, incubator_id: UUID, body: PersonName, *, scope: Scope, now: datetime
) -> IncubatorPerson:
    """Name who manages or mentors an incubator; it has one manager at a time.

    Raises:
        IncubatorNotFoundError, OutOfScopeError: when it is none that the caller may change.
        IncubatorStateRefusedError: when it has ended.
        PersonUnclearError, InstructorUnknownError, InstitutionUnknownError: when it is not told
            who that is.
        ManagerNamedError: when it has a manager.
    """
    incubator = await queries.get_incubator_for_change(session, incubator_id, scope=scope)
    rules.check_unended(incubator.state)
    if (body.name is None) == (body.instructor_id is None) or (body.contact and not body.name):
        raise rules.PersonUnclearError(pointer="/name")
    person = IncubatorPerson(
        **body.model_dump(),
        **_place_columns(incubator),
        id=new_id(),
        until=None,
        created_at=now,
    )
    session.add(person)
    await _flush(session)
    await emit_all(session, Event, [_named(person, Topic.INCUBATOR_PERSON_NAMED, now=now)])
    return person


async def release_person(
    session: AsyncSession,
    incubator_id: UUID,
    person_id: UUID,
    *,
    until: date,
    scope: Scope,
    now: datetime,
) -> IncubatorPerson:
    """Say the last day of somebody who manages or mentors an incubator.

    Raises:
        IncubatorNotFoundError, OutOfScopeError, PersonNotFoundError: when there is nobody whom
            the caller may change.
        PersonReleasedError: when he has left already.
        DayInvalidError: when the day lies before his first.
    """
    await queries.get_incubator_for_change(session, incubator_id, scope=scope)
    person = await queries.get_person(session, incubator_id, person_id)
    if person.until is not None:
        raise rules.PersonReleasedError
    if until < person.since:
        raise rules.DayInvalidError(pointer="/until")
    person.until = until
    await session.flush()
    await emit_all(session, Event, [_named(person, Topic.INCUBATOR_PERSON_RELEASED, now=now)])
    return person


def _place_columns(incubator: Incubator) -> dict[str, Any]:
    columns = {name: getattr(incubator, name) for name in _SCOPE}
    return {**columns, "incubator_id": incubator.id}


def _named(person: IncubatorPerson, topic: Topic, *, now: datetime) -> Draft:
    return Draft(
        topic=topic,
        stream_id=person.incubator_id,
        event=IncubatorPersonChanged(
            incubator_id=person.incubator_id,
            facility_id=person.facility_id,
            person_id=person.id,
            role=person.role,
        ),
        place=place_of(person),
        occurred_at=now,
    )


def _stands(tenant: IncubatorTenant) -> str:
    return f"{tenant.stage}/{tenant.status}"


def _moved(tenant: IncubatorTenant, topic: Topic, *, before: str | None, now: datetime) -> Draft:
    return Draft(
        topic=topic,
        stream_id=tenant.id,
        event=TenantMoved(
            tenant_id=tenant.id,
            incubator_id=tenant.incubator_id,
            facility_id=tenant.facility_id,
            participant_id=tenant.participant_id,
            before=before,
            after=_stands(tenant),
            result=tenant.result,
        ),
        place=place_of(tenant),
        occurred_at=now,
        version=tenant.version,
    )


async def join_tenant(
    session: AsyncSession,
    incubator_id: UUID,
    body: TenantJoin,
    *,
    scope: Scope,
    now: datetime,
    today: date,
) -> IncubatorTenant:
    """Take a tenant into an incubator that is open and has a place.

    Raises:
        IncubatorNotFoundError, OutOfScopeError: when it is none that the caller may change.
        TenantUnclearError: when neither participant nor business is named.
        IncubatorStateRefusedError, IncubatorNotInForceError, DayInvalidError: when it is not open.
        IncubatorFullError: when every place is taken.
        TenantIdTakenError, TenantInsideError: when the tenant is in it already.
    """
    incubator = await queries.get_incubator_for_change(session, incubator_id, scope=scope)
    if body.participant_id is None and body.business_ref is None:
        raise rules.TenantUnclearError(pointer="/participant_id")
    rules.check_joining(
        incubator.state,
        joined_on=body.joined_on,
        valid_from=incubator.valid_from,
        valid_to=incubator.valid_to,
        today=today,
    )
    rules.check_room(taken=incubator.tenants + 1, capacity=incubator.capacity)
    incubator.tenants += 1
    tenant = IncubatorTenant(
        **{
            **body.model_dump(),
            **_place_columns(incubator),
            "id": body.id or new_id(),
            "status": TenantStatus.IN,
            "version": 1,
            "created_at": now,
        }
    )
    session.add(tenant)
    await _flush(session)
    await emit_all(session, Event, [_moved(tenant, Topic.TENANT_JOINED, before=None, now=now)])
    return tenant


async def _for_change(
    session: AsyncSession, incubator_id: UUID, tenant_id: UUID, *, scope: Scope
) -> tuple[Incubator, IncubatorTenant]:
    incubator = await queries.get_incubator_for_change(session, incubator_id, scope=scope)
    return incubator, await queries.get_tenant(session, incubator_id, tenant_id)


async def advance_tenant(
    session: AsyncSession,
    incubator_id: UUID,
    tenant_id: UUID,
    body: TenantAdvance,
    *,
    scope: Scope,
    now: datetime,
) -> IncubatorTenant:
    """Let a tenant enter the stage that follows.

    Raises:
        IncubatorNotFoundError, OutOfScopeError, TenantNotFoundError: when there is none that the
            caller may change.
        TenantStatusRefusedError: when that stage does not follow.
    """
    _, tenant = await _for_change(session, incubator_id, tenant_id, scope=scope)
    rules.check_advance(tenant.status, present=tenant.stage, wanted=body.stage)
    before = _stands(tenant)
    tenant.stage = body.stage
    tenant.version += 1
    await session.flush()
    moved = _moved(tenant, Topic.TENANT_ADVANCED, before=before, now=now)
    await emit_all(session, Event, [moved])
    return tenant


async def graduate_tenant(
    session: AsyncSession,
    incubator_id: UUID,
    tenant_id: UUID,
    body: TenantGraduate,
    *,
    scope: Scope,
    now: datetime,
    today: date,
) -> IncubatorTenant:
    """Let a tenant graduate, and with that leave his place, with a result.

    Raises:
        IncubatorNotFoundError, OutOfScopeError, TenantNotFoundError: when there is none that the
            caller may change.
        TenantStatusRefusedError: when the tenant was never incubated, or is out.
        DayInvalidError: when the day is not one since the tenant joined.
    """
    incubator, tenant = await _for_change(session, incubator_id, tenant_id, scope=scope)
    rules.check_graduation(tenant.status, stage=tenant.stage)
    rules.check_day(body.graduated_on, since=tenant.joined_on, today=today, pointer="/graduated_on")
    before = _stands(tenant)
    tenant.status = TenantStatus.GRADUATED
    tenant.graduated_on = body.graduated_on
    tenant.result = body.result
    tenant.version += 1
    incubator.tenants -= 1
    await session.flush()
    moved = _moved(tenant, Topic.TENANT_GRADUATED, before=before, now=now)
    await emit_all(session, Event, [moved])
    return tenant


def _leave(tenant: IncubatorTenant, *, on: date, now: datetime) -> Draft:
    before = _stands(tenant)
    tenant.status = TenantStatus.LEFT
    tenant.left_on = on
    tenant.version += 1
    return _moved(tenant, Topic.TENANT_LEFT, before=before, now=now)


async def release_tenant(
    session: AsyncSession,
    incubator_id: UUID,
    tenant_id: UUID,
    body: TenantLeave,
    *,
    scope: Scope,
    now: datetime,
    today: date,
) -> IncubatorTenant:
    """Let a tenant leave without having graduated.

    Raises:
        IncubatorNotFoundError, OutOfScopeError, TenantNotFoundError: when there is none that the
            caller may change.
        TenantStatusRefusedError: when the tenant is out.
        DayInvalidError: when the day is not one since the tenant joined.
    """
    incubator, tenant = await _for_change(session, incubator_id, tenant_id, scope=scope)
    rules.check_inside(tenant.status)
    rules.check_day(body.left_on, since=tenant.joined_on, today=today, pointer="/left_on")
    event = _leave(tenant, on=body.left_on, now=now)
    incubator.tenants -= 1
    await session.flush()
    await emit_all(session, Event, [event])
    return tenant
