"""SQL table of duplicates."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from services.enrollment.base import Base
from services.enrollment.duplicate_candidates.rules import DuplicateState


class ParticipantDuplicate(Base):
    """Two people who may be one; the pair is kept once it is decided, whatever it scores."""

    __tablename__ = "participant_duplicate"
    __table_args__ = (
        UniqueConstraint("a_id", "b_id", name="uq_participant_duplicate_a_id_b_id"),
        CheckConstraint("a_id < b_id", name="pair"),
        CheckConstraint("score BETWEEN 1 AND 100", name="score"),
        CheckConstraint(
            "(state = 'OPEN') = (decided_by IS NULL)"
            " AND (decided_by IS NULL) = (decided_at IS NULL)",
            name="decided",
        ),
        Index("ix_participant_duplicate_state_score_id", "state", text("score DESC"), "id"),
        Index("ix_participant_duplicate_b_id", "b_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    a_id: Mapped[UUID]
    b_id: Mapped[UUID]
    score: Mapped[int]
    reasons: Mapped[list[str]]
    state: Mapped[DuplicateState]
    decided_by: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    reason: Mapped[str | None]
    version: Mapped[int]
    found_at: Mapped[datetime]
