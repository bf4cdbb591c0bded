"""SQL table of alarms."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.reporting.alarms.rules import ACKNOWLEDGED, OPEN
from services.reporting.base import Base
from services.reporting.folding.rules import Source


class Alarm(Base):
    """A table of figures that differed from the ledger folded anew.

    While nobody has acknowledged it, what is found again is noted here and raises no second one.
    """

    __tablename__ = "alarm"
    __table_args__ = (
        Index(
            "uq_alarm_open",
            "source",
            "figures",
            unique=True,
            postgresql_where=text("acknowledged_at IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    source: Mapped[Source]
    figures: Mapped[str]
    differences: Mapped[int]
    cells: Mapped[list[dict[str, Any]]] = mapped_column(JSONB(none_as_null=True))
    job_id: Mapped[UUID]
    raised_at: Mapped[datetime]
    found_at: Mapped[datetime]
    times_found: Mapped[int] = mapped_column(server_default=text("1"))
    acknowledged_at: Mapped[datetime | None]
    acknowledged_by: Mapped[str | None]
    reason: Mapped[str | None]
    version: Mapped[int] = mapped_column(server_default=text("1"))

    @property
    def state(self) -> str:
        """OPEN until somebody acknowledges it."""
        return OPEN if self.acknowledged_at is None else ACKNOWLEDGED
