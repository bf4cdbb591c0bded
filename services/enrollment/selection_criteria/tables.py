"""SQL table of selection criteria."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.enrollment.base import Base
from services.enrollment.draws.rules import MissingScore


class SelectionCriteria(Base):
    """What a wave is scored by: `criteria` is a list of {code, name, weight} in published order.

    `scored_until` is set once the ranking has been approved: from then on no score changes. Who
    gives a score holds this row shared, who approves holds it alone.
    """

    __tablename__ = "selection_criteria"
    __table_args__ = (
        CheckConstraint("jsonb_array_length(criteria) > 0", name="criteria"),
        CheckConstraint("version > 0", name="version"),
    )

    wave_id: Mapped[UUID] = mapped_column(ForeignKey("enrollment.wave.id"), primary_key=True)
    criteria: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    missing: Mapped[MissingScore]
    scored_until: Mapped[datetime | None]
    version: Mapped[int]
    stated_at: Mapped[datetime]
    stated_by: Mapped[str]
