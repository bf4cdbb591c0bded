"""Reads of actions; they follow from signed agreements and are read nation-wide."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, and_, literal, not_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.access.rules import OutOfScopeError
from services.registry.agreement_actions.rules import (
    OPEN,
    ActionNotFoundError,
    ActionStatus,
    is_overdue,
)
from services.registry.agreement_actions.schemas import ActionRead, EvidenceRead
from services.registry.agreement_actions.tables import AgreementAction
from services.registry.agreements.schemas import PartyRead
from shared.db.within import within
from shared.scope import Scope


@dataclass(frozen=True, slots=True)
class ActionFilter:
    """What a list of actions is narrowed to; `today` decides on what is overdue."""

    today: date
    agreement_id: UUID | None = None
    status: ActionStatus | None = None
    overdue: bool | None = None
    ministry: str | None = None
    institution_id: UUID | None = None
    facility_id: UUID | None = None


def _narrowed(wanted: ActionFilter) -> list[ColumnElement[bool]]:
    equal = {
        AgreementAction.agreement_id: wanted.agreement_id,
        AgreementAction.status: wanted.status,
        AgreementAction.responsible_ministry: wanted.ministry,
        AgreementAction.responsible_institution_id: wanted.institution_id,
        AgreementAction.facility_id: wanted.facility_id,
    }
    conditions: list[ColumnElement[bool]] = [
        column == value for column, value in equal.items() if value is not None
    ]
    if wanted.overdue is not None:
        overdue = and_(AgreementAction.status.in_(OPEN), AgreementAction.due_on < wanted.today)
        conditions.append(overdue if wanted.overdue else not_(overdue))
    return conditions


async def list_actions(
    session: AsyncSession,
    wanted: ActionFilter,
    *,
    after: Sequence[str | int | float | None] | None,
    limit: int,
) -> Sequence[AgreementAction]:
    """Return up to `limit` actions, those that are due first at the top.

    `after` is the sort key, day and id, that they come after.
    """
    order = (AgreementAction.due_on, AgreementAction.id)
    statement = select(AgreementAction).where(*_narrowed(wanted)).order_by(*order).limit(limit)
    if after is not None:
        start = tuple_(literal(date.fromisoformat(str(after[0]))), literal(UUID(str(after[1]))))
        statement = statement.where(tuple_(*order) > start)
    return (await session.scalars(statement)).all()


async def get_action(session: AsyncSession, action_id: UUID) -> AgreementAction:
    """Return one action.

    Raises:
        ActionNotFoundError: when there is none of this id.
    """
    action = await session.get(AgreementAction, action_id)
    if action is None:
        raise ActionNotFoundError
    return action


async def get_action_for_change(
    session: AsyncSession, action_id: UUID, *, scope: Scope
) -> AgreementAction:
    """Return one action that the caller may change, locked until the transaction ends.

    Raises:
        ActionNotFoundError: when there is none of this id.
        OutOfScopeError: when it lies outside the caller's scope.
    """
    admitted = within(scope, AgreementAction, write=True).label("admitted")
    statement = (
        select(AgreementAction, admitted).where(AgreementAction.id == action_id).with_for_update()
    )
    row = (await session.execute(statement)).one_or_none()
    if row is None:
        raise ActionNotFoundError
    if not row.admitted:
        raise OutOfScopeError
    action: AgreementAction = row.AgreementAction
    return action


def read_action(action: AgreementAction, *, today: date) -> ActionRead:
    """Return an action as callers see it today."""
    evidence = None
    if action.evidence_reference is not None and action.evidence_sha256 is not None:
        evidence = EvidenceRead(reference=action.evidence_reference, sha256=action.evidence_sha256)
    return ActionRead(
        id=action.id,
        agreement_id=action.agreement_id,
        title=action.title,
        responsible=PartyRead(
            ministry=action.responsible_ministry,
            institution_id=action.responsible_institution_id,
        ),
        facility_id=action.facility_id,
        due_on=action.due_on,
        status=action.status,
        overdue=is_overdue(action.status, due_on=action.due_on, today=today),
        evidence=evidence,
        done_on=action.done_on,
        cancel_reason=action.cancel_reason,
        version=action.version,
    )
