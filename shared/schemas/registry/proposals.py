"""Proposals, as the registry states them; who proposed, and what, stays there."""

from uuid import UUID

from shared.schemas.base import Message


class ProposalTurned(Message):
    """Event: a change of `members` of a target was proposed, decided or taken back."""

    proposal_id: UUID
    target: str
    target_id: UUID
    members: list[str]
