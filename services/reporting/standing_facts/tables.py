"""SQL table of standings counted."""

from datetime import date
from uuid import UUID

from sqlalchemy import BigInteger, Index
from sqlalchemy.orm import Mapped, mapped_column

from services.reporting.base import Base
from services.reporting.folding.rules import Source
from services.reporting.folding.tables import ROOM, Counted, live
from shared.schemas.registry import StandingKind


class StandingCube(Counted, Base):
    """Standings by cell and by the day recorded; what they are is said by `StandingKind`."""

    __tablename__ = "standing_cube"
    __table_args__ = (Index(None, "generation", "facility_id"), ROOM)

    day: Mapped[date]
    kind: Mapped[StandingKind]
    value: Mapped[str]
    detail: Mapped[str]
    facility_id: Mapped[UUID]
    province_code: Mapped[str]
    regency_code: Mapped[str]
    facility_kind: Mapped[str]
    owner_ministry: Mapped[str]
    co_ministry: Mapped[str]
    amount: Mapped[int] = mapped_column(BigInteger)


class LiveStandings(Base):
    """What reports read of standings."""

    __table__ = live(StandingCube, Source.REGISTRY, owned=False)
