"""SQL table of merges."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.base import Base


class FacilityMerge(Base):
    """Which facility was merged into which, by whom and why, and what became of what it had."""

    __tablename__ = "facility_merge"
    __table_args__ = (
        CheckConstraint("from_id <> into_id", name="other"),
        Index("ix_facility_merge_into_id", "into_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    from_id: Mapped[UUID] = mapped_column(ForeignKey("registry.facility.id"), unique=True)
    into_id: Mapped[UUID] = mapped_column(ForeignKey("registry.facility.id"))
    actor: Mapped[str]
    reason: Mapped[str]
    consequences: Mapped[dict[str, Any]]
    merged_at: Mapped[datetime]
