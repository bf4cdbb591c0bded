"""SQL table of decisions."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from services.enrollment.base import Base
from services.enrollment.wave_decisions.rules import Verdict


class WaveDecision(Base):
    """Go or no-go: the last one counts. `readiness` is what was seen when it was decided."""

    __tablename__ = "wave_decision"

    wave_id: Mapped[UUID] = mapped_column(ForeignKey("enrollment.wave.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    verdict: Mapped[Verdict]
    reason: Mapped[str]
    readiness: Mapped[dict[str, Any]]
    decided_by: Mapped[str]
    decided_at: Mapped[datetime]
