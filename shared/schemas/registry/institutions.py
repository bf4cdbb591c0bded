"""Institutions, as the registry states them."""

from uuid import UUID

from shared.schemas.base import Message


class InstitutionRegistered(Message):
    """Event: an institution is known."""

    institution_id: UUID
    code: str
    name: str
