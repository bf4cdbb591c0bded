"""The building of community centres, as the registry states it."""

from datetime import date
from uuid import UUID

from shared.schemas.base import Message


class DevelopmentMoved(Message):
    """Event: a development has taken a step; `amount_rupiah` is what was paid with it."""

    development_id: UUID
    facility_id: UUID
    before: str | None
    after: str
    day: date
    amount_rupiah: int | None


class DevelopmentAccountsDue(Message):
    """Event: the accounts (LPJ) of a development are due within so many days."""

    development_id: UUID
    facility_id: UUID
    due_on: date
    days_before: int
