"""SQL table of duplicates."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.base import Base
from services.registry.facility_duplicates.rules import DuplicateState


class FacilityDuplicate(Base):
    """Two facilities that may be one; the pair is kept once it is decided, whatever it scores.

    `found_at` is when a scan first saw the pair, `seen_at` when the latest one did.
    """

    __tablename__ = "facility_duplicate"
    __table_args__ = (
        UniqueConstraint("a_id", "b_id"),
        CheckConstraint("a_id < b_id", name="pair"),
        CheckConstraint("score BETWEEN 0 AND 100", name="score"),
        CheckConstraint(
            "(state = 'OPEN') = (decided_by IS NULL)"
            " AND (decided_by IS NULL) = (decided_at IS NULL)",
            name="decided",
        ),
        Index("ix_facility_duplicate_state_score_id", "state", text("score DESC"), "id"),
        Index("ix_facility_duplicate_b_id", "b_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    a_id: Mapped[UUID] = mapped_column(ForeignKey("registry.facility.id"))
    b_id: Mapped[UUID] = mapped_column(ForeignKey("registry.facility.id"))
    score: Mapped[int]
    reasons: Mapped[list[str]]
    state: Mapped[DuplicateState]
    decided_by: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    reason: Mapped[str | None]
    version: Mapped[int]
    found_at: Mapped[datetime]
    seen_at: Mapped[datetime]
