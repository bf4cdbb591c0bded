"""SQL table of the ledger."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from services.reporting.base import Base
from services.reporting.folding.rules import Source


class Entry(Base):
    """One event that moves a figure or that follow-ups need, kept for good.

    `seq` counts the events of one source and era in the order in which they were folded.
    """

    __tablename__ = "ledger"
    __table_args__ = (UniqueConstraint("source", "era", "id"),)

    source: Mapped[Source] = mapped_column(primary_key=True)
    era: Mapped[int] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    id: Mapped[UUID]
    stream_id: Mapped[UUID]
    topic: Mapped[str]
    schema: Mapped[int]
    version: Mapped[int]
    occurred_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    day: Mapped[date]
    payload: Mapped[dict[str, Any]]
