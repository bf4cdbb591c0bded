"""Bodies of proposals."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field, JsonValue, StringConstraints

from services.registry.proposal_targets.rules import TargetKind
from services.registry.proposals.rules import ProposalState
from shared.schemas.base import Body, Read

Reason = Annotated[str, StringConstraints(min_length=3, max_length=1000)]


class ProposalCreate(Body):
    """A merge patch (RFC 7396) as its target's own PATCH takes it, and why it is proposed."""

    target: TargetKind
    target_id: UUID
    change: dict[str, JsonValue] = Field(min_length=1, max_length=50)
    reason: Reason


class ProposalRefusal(Body):
    """Why a proposal is refused."""

    reason: Reason


class DifferenceRead(Read):
    """One member that would change."""

    member: str
    before: JsonValue
    after: JsonValue


class ProposalRead(Read):
    """A proposal; `diff` is what it changed of the target as that was at `base_version`."""

    id: UUID
    target: TargetKind
    target_id: UUID
    diff: list[DifferenceRead]
    base_version: int
    reason: str
    state: ProposalState
    proposed_by: str
    proposed_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    decision_reason: str | None
    superseded_by_id: UUID | None


class ProposalComparison(ProposalRead):
    """A proposal beside its target as it is now: `present` is what it would change today.

    It is `outdated` when some of what it would change is no longer what it was.
    """

    outdated: bool
    present: list[DifferenceRead]
