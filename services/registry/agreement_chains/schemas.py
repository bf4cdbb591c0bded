"""Bodies of chains of agreements."""

from datetime import date
from uuid import UUID

from pydantic import Field

from services.registry.agreements.rules import AgreementKind, AgreementState
from shared.schemas.base import Read


class ChainLink(Read):
    """An agreement in a chain; `distance` counts the steps from the one that was asked for."""

    id: UUID
    kind: AgreementKind
    number: str
    title: str
    follows_from_id: UUID | None
    renews_id: UUID | None
    state: AgreementState
    valid_from: date
    valid_to: date | None
    distance: int


class AgreementChain(Read):
    """What an agreement follows from, the first one first, and what follows from it."""

    above: list[ChainLink]
    agreement: ChainLink
    items: list[ChainLink]
    next: str | None = Field(default=None, description="Absolute URL of the next page, or null.")
