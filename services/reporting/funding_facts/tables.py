"""SQL table of the money of classes counted."""

from datetime import date
from uuid import UUID

from sqlalchemy import BigInteger, Index
from sqlalchemy.orm import Mapped, mapped_column

from services.reporting.base import Base
from services.reporting.class_facts.tables import live_of_classes
from services.reporting.folding.tables import ROOM, Counted


class FundingCube(Counted, Base):
    """Money by class, source and the day recorded; the empty source is all of them together."""

    __tablename__ = "funding_cube"
    __table_args__ = (Index(None, "generation", "class_id"), ROOM)

    day: Mapped[date]
    class_id: Mapped[UUID]
    source: Mapped[str]
    rupiah: Mapped[int] = mapped_column(BigInteger)


class LiveFunding(Base):
    """What reports read of money."""

    __table__ = live_of_classes(FundingCube)
