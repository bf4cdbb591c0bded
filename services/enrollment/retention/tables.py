"""SQL table of what retention has erased."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from services.enrollment.base import Base


class RetentionRun(Base):
    """One run of a rule: how many rows were erased so far, and when it ended."""

    __tablename__ = "retention_run"
    __table_args__ = (
        CheckConstraint("rows >= 0", name="rows"),
        Index("ix_retention_run_rule", "rule", "began_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    rule: Mapped[str]
    began_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    rows: Mapped[int]
