"""SQL table of proposals."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.base import Base
from services.registry.proposal_targets.rules import TargetKind
from services.registry.proposals.rules import ProposalState


class Proposal(Base):
    """A change that somebody proposes; where it lies follows its target.

    `change` is a merge patch, `diff` a list of {member, before, after} at `base_version`.
    """

    __tablename__ = "proposal"
    __table_args__ = (
        ForeignKeyConstraint(
            ["facility_id", "province_code", "regency_code", "owner_ministry"],
            [
                "registry.facility.id",
                "registry.facility.province_code",
                "registry.facility.regency_code",
                "registry.facility.owner_ministry",
            ],
            onupdate="CASCADE",
            name="fk_proposal_facility",
        ),
        CheckConstraint("(state = 'OPEN') = (decided_at IS NULL)", name="decided"),
        CheckConstraint("state <> 'REFUSED' OR decision_reason IS NOT NULL", name="refused"),
        Index(
            "uq_proposal_open",
            "target_id",
            "proposed_by",
            unique=True,
            postgresql_where=text("state = 'OPEN'"),
        ),
        Index("ix_proposal_proposed_at_id", "proposed_at", "id"),
        Index("ix_proposal_state_proposed_at_id", "state", "proposed_at", "id"),
        Index("ix_proposal_target_id_proposed_at_id", "target_id", "proposed_at", "id"),
        Index("ix_proposal_proposed_by_proposed_at_id", "proposed_by", "proposed_at", "id"),
        Index("ix_proposal_facility_id", "facility_id"),
        Index("ix_proposal_superseded_by_id", "superseded_by_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    target: Mapped[TargetKind]
    target_id: Mapped[UUID]
    province_code: Mapped[str | None]
    regency_code: Mapped[str | None]
    facility_id: Mapped[UUID | None]
    owner_ministry: Mapped[str | None]
    co_ministry: Mapped[str | None]
    change: Mapped[dict[str, Any]]
    diff: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    base_version: Mapped[int]
    reason: Mapped[str]
    state: Mapped[ProposalState]
    proposed_by: Mapped[str]
    proposed_at: Mapped[datetime]
    decided_by: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    decision_reason: Mapped[str | None]
    superseded_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("registry.proposal.id"))
    version: Mapped[int]
