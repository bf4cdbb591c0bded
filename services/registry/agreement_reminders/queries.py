"""Reads of reminders, and of what somebody is still to be reminded of."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, exists, literal, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from services.registry.agreement_actions.rules import OPEN
from services.registry.agreement_actions.tables import AgreementAction
from services.registry.agreement_reminders.rules import DAYS_BEFORE, ReminderSubject
from services.registry.agreement_reminders.tables import AgreementReminder
from services.registry.agreements.rules import KeptState
from services.registry.agreements.tables import Agreement, AgreementFacility
from services.registry.developments.rules import OWING
from services.registry.developments.tables import Development
from services.registry.facilities.tables import Facility
from shared.db.within import within
from shared.scope import Scope


def seen_by(scope: Scope) -> ColumnElement[bool]:
    """Return the condition that somebody is reminded: an office also of what covers its facilities.

    What covers a facility until the day concerns whoever looks after it, not the ministries alone.
    """
    covering = (
        exists()
        .where(
            AgreementFacility.agreement_id == AgreementReminder.agreement_id,
            or_(
                AgreementFacility.valid_to.is_(None),
                AgreementFacility.valid_to >= AgreementReminder.due_on,
            ),
            Facility.id == AgreementFacility.facility_id,
            within(scope, Facility),
        )
        .correlate(AgreementReminder)
    )
    # The accounts of a centre that is built are owed by one facility, whatever its MoU covers.
    shared = AgreementReminder.subject != ReminderSubject.ACCOUNTS
    return or_(within(scope, AgreementReminder), and_(shared, covering))


async def list_reminders(
    session: AsyncSession,
    *,
    scope: Scope,
    subject: ReminderSubject | None,
    due_from: date | None,
    due_before: date | None,
    after: Sequence[str | int | float | None] | None,
    limit: int,
) -> Sequence[AgreementReminder]:
    """Return up to `limit` reminders within a scope, of what is due first at the top.

    `after` is the sort key, day and id, that they come after.
    """
    order = (AgreementReminder.due_on, AgreementReminder.id)
    statement = select(AgreementReminder).where(seen_by(scope)).order_by(*order).limit(limit)
    if subject is not None:
        statement = statement.where(AgreementReminder.subject == subject)
    if due_from is not None:
        statement = statement.where(AgreementReminder.due_on >= due_from)
    if due_before is not None:
        statement = statement.where(AgreementReminder.due_on < due_before)
    if after is not None:
        start = tuple_(literal(date.fromisoformat(str(after[0]))), literal(UUID(str(after[1]))))
        statement = statement.where(tuple_(*order) > start)
    return (await session.scalars(statement)).all()


@dataclass(frozen=True, slots=True)
class DueThings:
    """What nobody was reminded of yet."""

    agreements: Sequence[Agreement]
    actions: Sequence[AgreementAction]
    developments: Sequence[Development]

    def __len__(self) -> int:
        return len(self.agreements) + len(self.actions) + len(self.developments)


async def find_due(session: AsyncSession, *, today: date, limit: int) -> DueThings:
    """Return up to `limit` things of each kind whose reminder is to be written by today."""
    agreements = (
        select(Agreement)
        .where(
            Agreement.state == KeptState.SIGNED,
            _due(Agreement.id, Agreement.valid_to, today=today),
        )
        .order_by(Agreement.valid_to, Agreement.id)
        .limit(limit)
    )
    actions = (
        select(AgreementAction)
        .where(
            AgreementAction.status.in_(OPEN),
            _due(AgreementAction.id, AgreementAction.due_on, today=today),
        )
        .order_by(AgreementAction.due_on, AgreementAction.id)
        .limit(limit)
    )
    developments = (
        select(Development)
        .where(
            Development.step.in_(OWING),
            _due(Development.id, Development.accounts_due_on, today=today),
        )
        .order_by(Development.accounts_due_on, Development.id)
        .limit(limit)
    )
    return DueThings(
        agreements=(await session.scalars(agreements)).all(),
        actions=(await session.scalars(actions)).all(),
        developments=(await session.scalars(developments)).all(),
    )


def _due(
    subject_id: InstrumentedAttribute[UUID],
    due_on: InstrumentedAttribute[date] | InstrumentedAttribute[date | None],
    *,
    today: date,
) -> ColumnElement[bool]:
    """Return the condition that the reminder of `rules.days_before` is not written yet."""
    *near, far = DAYS_BEFORE
    days = case(*((due_on <= today + timedelta(each), each) for each in near), else_=far)
    written = exists().where(
        AgreementReminder.subject_id == subject_id,
        AgreementReminder.due_on == due_on,
        AgreementReminder.days_before == days,
    )
    return and_(due_on >= today, due_on <= today + timedelta(far), ~written)
