"""Reads of developments, within the caller's scope: money that is under way is nobody else's."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, Uuid, and_, any_, literal, not_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.access.rules import OutOfScopeError
from services.registry.agreement_actions.schemas import EvidenceRead
from services.registry.developments.rules import (
    OWING,
    DevelopmentNotFoundError,
    DevelopmentStep,
    is_overdue,
    next_step,
)
from services.registry.developments.schemas import DevelopmentRead, StepRead
from services.registry.developments.tables import Development, DevelopmentStepTaken
from shared.db.within import within
from shared.scope import Scope


@dataclass(frozen=True, slots=True)
class DevelopmentFilter:
    """What a list of developments is narrowed to; `today` decides on what is overdue."""

    today: date
    step: DevelopmentStep | None = None
    overdue: bool | None = None
    facility_id: UUID | None = None
    institution_id: UUID | None = None
    area: str | None = None


def _narrowed(wanted: DevelopmentFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.step is not None:
        conditions.append(Development.step == wanted.step)
    if wanted.overdue is not None:
        late = and_(
            Development.step.in_(OWING),
            Development.accounts_due_on.is_not(None),
            Development.accounts_due_on < wanted.today,
        )
        conditions.append(late if wanted.overdue else not_(late))
    if wanted.facility_id is not None:
        conditions.append(Development.facility_id == wanted.facility_id)
    if wanted.institution_id is not None:
        conditions.append(Development.institution_id == wanted.institution_id)
    if wanted.area is not None:
        column = Development.regency_code if "." in wanted.area else Development.province_code
        conditions.append(column == wanted.area)
    return conditions


async def list_developments(
    session: AsyncSession,
    wanted: DevelopmentFilter,
    *,
    scope: Scope,
    after: str | None,
    limit: int,
) -> list[DevelopmentRead]:
    """Return up to `limit` developments that follow number `after`, in the order of numbers."""
    statement = (
        select(Development)
        .where(within(scope, Development), *_narrowed(wanted))
        .order_by(Development.number)
        .limit(limit)
    )
    if after is not None:
        statement = statement.where(Development.number > after)
    rows = (await session.scalars(statement)).all()
    steps = await steps_of(session, [row.id for row in rows])
    return [read_development(row, steps[row.id], today=wanted.today) for row in rows]


async def get_development(
    session: AsyncSession, development_id: UUID, *, scope: Scope, today: date
) -> DevelopmentRead:
    """Return one development with the steps that it has taken.

    Raises:
        DevelopmentNotFoundError: when there is none of this id within the scope.
    """
    statement = select(Development).where(
        Development.id == development_id, within(scope, Development)
    )
    development = await session.scalar(statement)
    if development is None:
        raise DevelopmentNotFoundError
    steps = await steps_of(session, [development.id])
    return read_development(development, steps[development.id], today=today)


async def get_development_for_change(
    session: AsyncSession, development_id: UUID, *, scope: Scope
) -> Development:
    """Return one development that the caller may change, locked until the transaction ends.

    Raises:
        DevelopmentNotFoundError: when there is none of this id within the scope.
        OutOfScopeError: when the caller may read it only.
    """
    statement = (
        select(Development, within(scope, Development, write=True).label("admitted"))
        .where(Development.id == development_id, within(scope, Development))
        .with_for_update()
    )
    row = (await session.execute(statement)).one_or_none()
    if row is None:
        raise DevelopmentNotFoundError
    if not row.admitted:
        raise OutOfScopeError
    development: Development = row.Development
    return development


async def steps_of(
    session: AsyncSession, development_ids: Sequence[UUID]
) -> dict[UUID, list[DevelopmentStepTaken]]:
    """Return the steps of some developments, in their order."""
    wanted = literal(list(development_ids), ARRAY(Uuid()))
    statement = (
        select(DevelopmentStepTaken)
        .where(DevelopmentStepTaken.development_id == any_(wanted))
        .order_by(DevelopmentStepTaken.development_id, DevelopmentStepTaken.position)
    )
    steps: dict[UUID, list[DevelopmentStepTaken]] = {each: [] for each in development_ids}
    for step in (await session.scalars(statement)).all():
        steps[step.development_id].append(step)
    return steps


def read_development(
    development: Development, steps: Sequence[DevelopmentStepTaken], *, today: date
) -> DevelopmentRead:
    """Return a development as callers see it today."""
    return DevelopmentRead(
        id=development.id,
        kind=development.kind,
        number=development.number,
        title=development.title,
        follows_from_id=development.follows_from_id,
        facility_id=development.facility_id,
        institution_id=development.institution_id,
        ministry=development.co_ministry,
        grant_rupiah=development.grant_rupiah,
        paid_rupiah=sum(step.amount_rupiah or 0 for step in steps),
        step=development.step,
        next_step=next_step(development.step),
        accounts_due_on=development.accounts_due_on,
        overdue=is_overdue(
            development.step, accounts_due_on=development.accounts_due_on, today=today
        ),
        steps=[_read_step(step) for step in steps],
        synthetic=development.synthetic,
        version=development.version,
    )


def _read_step(step: DevelopmentStepTaken) -> StepRead:
    return StepRead(
        step=step.step,
        day=step.day,
        amount_rupiah=step.amount_rupiah,
        evidence=EvidenceRead(reference=step.evidence_reference, sha256=step.evidence_sha256),
    )
