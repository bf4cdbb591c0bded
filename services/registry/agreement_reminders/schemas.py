"""Bodies of reminders."""

from datetime import date, datetime
from uuid import UUID

from services.registry.agreement_reminders.rules import ReminderSubject
from shared.schemas.base import Read


class ReminderRead(Read):
    """A reminder: an agreement ends, an action or accounts (LPJ) are due, within so many days.

    `label` is the number or the title of the subject.
    """

    id: UUID
    subject: ReminderSubject
    subject_id: UUID
    agreement_id: UUID | None
    facility_id: UUID | None
    label: str
    due_on: date
    days_before: int
    created_at: datetime
