"""Reads of incubators, which are nation-wide facts, and of their people and tenants in scope."""

from collections.abc import Sequence
from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.access.rules import OutOfScopeError
from services.registry.incubators import rules
from services.registry.incubators.rules import IncubatorState, TenantStage, TenantStatus
from services.registry.incubators.schemas import IncubatorRead
from services.registry.incubators.tables import Incubator, IncubatorPerson, IncubatorTenant
from services.registry.records.queries import in_region
from shared.db.within import within
from shared.scope import Scope

_I: Final = Incubator
_P: Final = IncubatorPerson
_T: Final = IncubatorTenant


def read(row: Incubator, *, today: date) -> IncubatorRead:
    """Return an incubator as callers see it on the day `today`."""
    names = IncubatorRead.model_fields.keys() - {"in_force"}
    return IncubatorRead(
        **{name: getattr(row, name) for name in names},
        in_force=row.state is IncubatorState.ACTIVE and row.valid_from <= today <= row.valid_to,
    )


async def list_incubators(
    session: AsyncSession,
    *,
    area: str | None,
    state: IncubatorState | None,
    facility_id: UUID | None,
    after: UUID | None,
    limit: int,
) -> Sequence[Incubator]:
    """Return up to `limit` incubators that follow id `after`, in the order of their ids."""
    statement = select(_I).order_by(_I.id).limit(limit)
    if area is not None:
        statement = statement.where(in_region(_I, area))
    if state is not None:
        statement = statement.where(_I.state == state)
    if facility_id is not None:
        statement = statement.where(_I.facility_id == facility_id)
    if after is not None:
        statement = statement.where(_I.id > after)
    return (await session.scalars(statement)).all()


async def get_incubator(session: AsyncSession, incubator_id: UUID) -> Incubator:
    """Return one incubator.

    Raises:
        IncubatorNotFoundError: when there is none of this id.
    """
    incubator = await session.get(Incubator, incubator_id)
    if incubator is None:
        raise rules.IncubatorNotFoundError
    return incubator


async def get_incubator_for_change(
    session: AsyncSession, incubator_id: UUID, *, scope: Scope
) -> Incubator:
    """Return an incubator that the caller may change, locked until the transaction ends.

    Raises:
        IncubatorNotFoundError: when there is none of this id.
        OutOfScopeError: when it lies outside the caller's scope.
    """
    statement = (
        select(_I, within(scope, _I, write=True).label("admitted"))
        .where(_I.id == incubator_id)
        .with_for_update()
    )
    row = (await session.execute(statement)).one_or_none()
    if row is None:
        raise rules.IncubatorNotFoundError
    if not row.admitted:
        raise OutOfScopeError
    incubator: Incubator = row.Incubator
    return incubator


async def list_people(
    session: AsyncSession, incubator_id: UUID, *, scope: Scope, after: UUID | None, limit: int
) -> Sequence[IncubatorPerson]:
    """Return up to `limit` people of an incubator within `scope` that follow id `after`."""
    statement = (
        select(_P)
        .where(_P.incubator_id == incubator_id, within(scope, _P))
        .order_by(_P.id)
        .limit(limit)
    )
    if after is not None:
        statement = statement.where(_P.id > after)
    return (await session.scalars(statement)).all()


async def get_person(session: AsyncSession, incubator_id: UUID, person_id: UUID) -> IncubatorPerson:
    """Return somebody of an incubator that the caller may change.

    Raises:
        PersonNotFoundError: when the incubator has nobody of this id.
    """
    person = await session.scalar(
        select(_P).where(_P.incubator_id == incubator_id, _P.id == person_id)
    )
    if person is None:
        raise rules.PersonNotFoundError
    return person


async def list_tenants(
    session: AsyncSession,
    incubator_id: UUID,
    *,
    scope: Scope,
    status: TenantStatus | None,
    stage: TenantStage | None,
    after: UUID | None,
    limit: int,
) -> Sequence[IncubatorTenant]:
    """Return up to `limit` tenants of an incubator within `scope` that follow id `after`."""
    statement = (
        select(_T)
        .where(_T.incubator_id == incubator_id, within(scope, _T))
        .order_by(_T.id)
        .limit(limit)
    )
    if status is not None:
        statement = statement.where(_T.status == status)
    if stage is not None:
        statement = statement.where(_T.stage == stage)
    if after is not None:
        statement = statement.where(_T.id > after)
    return (await session.scalars(statement)).all()


async def get_tenant(session: AsyncSession, incubator_id: UUID, tenant_id: UUID) -> IncubatorTenant:
    """Return a tenant of a locked incubator that the caller may change.

    Raises:
        TenantNotFoundError: when the incubator has none of this id.
    """
    tenant = await session.scalar(
        select(_T).where(_T.incubator_id == incubator_id, _T.id == tenant_id)
    )
    if tenant is None:
        raise rules.TenantNotFoundError
    return tenant


async def tenants_inside(session: AsyncSession, incubator_id: UUID) -> Sequence[IncubatorTenant]:
    """Return the tenants that are in a locked incubator now."""
    statement = (
        select(_T)
        .where(_T.incubator_id == incubator_id, _T.status == TenantStatus.IN)
        .order_by(_T.id)
    )
    return (await session.scalars(statement)).all()
