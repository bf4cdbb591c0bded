"""The writing of reminders, each once."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.agreement_actions.tables import AgreementAction
from services.registry.agreement_reminders import rules
from services.registry.agreement_reminders.queries import DueThings, find_due
from services.registry.agreement_reminders.rules import ReminderSubject
from services.registry.agreement_reminders.tables import AgreementReminder
from services.registry.agreements.tables import Agreement
from services.registry.base import Event
from services.registry.developments.tables import Development
from shared.db.events import Draft, emit_all
from shared.db.within import place_of
from shared.ids import new_id
from shared.schemas.base import Message
from shared.schemas.registry import (
    AgreementActionDue,
    AgreementExpiring,
    DevelopmentAccountsDue,
    Topic,
)
from shared.scope import Place


@dataclass(frozen=True, slots=True)
class _Reminder:
    """A reminder that is to be written, and the event that tells of it."""

    subject: ReminderSubject
    subject_id: UUID
    agreement_id: UUID | None
    label: str
    due_on: date
    place: Place
    topic: Topic
    version: int
    event: Callable[[int], Message]


async def remind(session: AsyncSession, *, today: date, now: datetime, limit: int) -> int:
    """Write up to `limit` reminders of each kind, and return how many things were due.

    Whoever writes the same reminder at the same time has written it; it is told of once.
    """
    due = await find_due(session, today=today, limit=limit)
    for reminder in _reminders(due):
        await _write(session, reminder, today=today, now=now)
    return len(due)


def _reminders(due: DueThings) -> list[_Reminder]:
    return [
        *map(_of_agreement, due.agreements),
        *map(_of_action, due.actions),
        *map(_of_development, due.developments),
    ]


def _of_agreement(agreement: Agreement) -> _Reminder:
    last_day = _known(agreement.valid_to)
    return _Reminder(
        subject=ReminderSubject.AGREEMENT,
        subject_id=agreement.id,
        agreement_id=agreement.id,
        label=agreement.number,
        due_on=last_day,
        place=place_of(agreement),
        topic=Topic.AGREEMENT_EXPIRING,
        version=agreement.version,
        event=lambda days: AgreementExpiring(
            agreement_id=agreement.id,
            kind=agreement.kind,
            number=agreement.number,
            valid_to=last_day,
            days_before=days,
        ),
    )


def _of_action(action: AgreementAction) -> _Reminder:
    return _Reminder(
        subject=ReminderSubject.ACTION,
        subject_id=action.id,
        agreement_id=action.agreement_id,
        label=action.title,
        due_on=action.due_on,
        place=place_of(action),
        topic=Topic.AGREEMENT_ACTION_DUE,
        version=action.version,
        event=lambda days: AgreementActionDue(
            action_id=action.id,
            agreement_id=action.agreement_id,
            due_on=action.due_on,
            days_before=days,
        ),
    )


def _of_development(development: Development) -> _Reminder:
    due_on = _known(development.accounts_due_on)
    return _Reminder(
        subject=ReminderSubject.ACCOUNTS,
        subject_id=development.id,
        agreement_id=development.follows_from_id,
        label=development.number,
        due_on=due_on,
        place=place_of(development),
        topic=Topic.DEVELOPMENT_ACCOUNTS_DUE,
        version=development.version,
        event=lambda days: DevelopmentAccountsDue(
            development_id=development.id,
            facility_id=development.facility_id,
            due_on=due_on,
            days_before=days,
        ),
    )


def _known(day: date | None) -> date:
    if day is None:
        raise ValueError("what has no day is never due")
    return day


async def _write(session: AsyncSession, reminder: _Reminder, *, today: date, now: datetime) -> None:
    days = rules.days_before(reminder.due_on, today=today)
    if days is None:
        return
    row: dict[str, Any] = {
        "id": new_id(),
        "subject": reminder.subject,
        "subject_id": reminder.subject_id,
        "agreement_id": reminder.agreement_id,
        "label": reminder.label,
        "due_on": reminder.due_on,
        "days_before": days,
        "created_at": now,
    }
    scoped = asdict(reminder.place)
    row |= {name: scoped[name] for name in scoped if name in AgreementReminder.__table__.columns}
    statement = (
        insert(AgreementReminder)
        .values(row)
        .on_conflict_do_nothing(constraint="uq_agreement_reminder_subject")
        .returning(AgreementReminder.id)
    )
    if await session.scalar(statement) is None:
        return
    draft = Draft(
        topic=reminder.topic,
        stream_id=reminder.subject_id,
        event=reminder.event(days),
        place=reminder.place,
        occurred_at=now,
        version=reminder.version,
    )
    await emit_all(session, Event, [draft])
