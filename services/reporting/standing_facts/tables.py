"""SQL tables of standings counted."""

from datetime import date
from uuid import UUID

from sqlalchemy import BigInteger, Index
from sqlalchemy.orm import Mapped, mapped_column

from services.reporting.base import Base
from services.reporting.folding.rules import Source
from services.reporting.folding.tables import ROOM, Counted, live
from shared.schemas.registry import StandingKind


class _Members:
    """What standings are cut by in either table."""

    kind: Mapped[StandingKind]
    value: Mapped[str]
    detail: Mapped[str]
    province_code: Mapped[str]
    facility_kind: Mapped[str]
    owner_ministry: Mapped[str]
    co_ministry: Mapped[str]
    amount: Mapped[int] = mapped_column(BigInteger)


class StandingSummary(Counted, _Members, Base):
    """Standings by all but the place within a province; what they are says `StandingKind`."""

    __tablename__ = "standing_summary"
    __table_args__ = ROOM


class StandingCube(Counted, _Members, Base):
    """Standings by cell and by the day recorded."""

    __tablename__ = "standing_cube"
    __table_args__ = (Index(None, "generation", "facility_id"), ROOM)

    day: Mapped[date]
    facility_id: Mapped[UUID]
    regency_code: Mapped[str]


class LiveStandingSummary(Base):
    """What reports read of standings down to the province."""

    __table__ = live(StandingSummary, Source.REGISTRY, owned=False)


class LiveStandings(Base):
    """What reports read of standings."""

    __table__ = live(StandingCube, Source.REGISTRY, owned=False)
