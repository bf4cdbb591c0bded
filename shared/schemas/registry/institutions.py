"""Institutions, as the registry states them."""

from datetime import date
from uuid import UUID

from shared.schemas.base import Message


class InstitutionRegistered(Message):
    """Event: an institution is known."""

    institution_id: UUID
    code: str
    name: str


class InstitutionChanged(InstitutionRegistered):
    """Event: what is said of an institution is another now, or it has been dissolved."""

    ended_on: date | None
