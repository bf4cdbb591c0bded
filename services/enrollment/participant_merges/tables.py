"""SQL table of merges."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.enrollment.base import Base


class ParticipantMerge(Base):
    """Who was merged into whom, by whom and why, and what became of what there was.

    `consequences` names nobody. `sealed` is what was known of the person who is gone, under the key
    of the one who stays. `settled_at` is when what was under way beside the merge had followed too.
    """

    __tablename__ = "participant_merge"
    __table_args__ = (
        CheckConstraint("participant_id <> gone_id", name="other"),
        UniqueConstraint("gone_id", name="uq_participant_merge_gone_id"),
        Index(
            "ix_participant_merge_unsettled",
            "merged_at",
            postgresql_where=text("settled_at IS NULL"),
        ),
    )

    participant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    gone_id: Mapped[UUID]
    actor: Mapped[str]
    reason: Mapped[str]
    consequences: Mapped[dict[str, Any]] = mapped_column(JSONB)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    merged_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
