"""SQL tables of minutes of spaces counted."""

from datetime import date
from uuid import UUID

from sqlalchemy import BigInteger, Index
from sqlalchemy.orm import Mapped, mapped_column

from services.reporting.base import Base
from services.reporting.folding.rules import Source
from services.reporting.folding.tables import ROOM, Counted, live


class _Members:
    """What minutes are cut by in either table; `month` is that in which they lie."""

    month: Mapped[str]
    purpose: Mapped[str]
    using_ministry: Mapped[str]
    province_code: Mapped[str]
    facility_kind: Mapped[str]
    owner_ministry: Mapped[str]
    open_minutes: Mapped[int] = mapped_column(BigInteger)
    booked_minutes: Mapped[int] = mapped_column(BigInteger)
    used_minutes: Mapped[int] = mapped_column(BigInteger)
    used_of_open: Mapped[int] = mapped_column(BigInteger)


class HourSummary(Counted, _Members, Base):
    """Minutes of spaces by all but the place within a province."""

    __tablename__ = "hour_summary"
    __table_args__ = ROOM


class HourCube(Counted, _Members, Base):
    """Minutes of spaces by cell and by the day recorded."""

    __tablename__ = "hour_cube"
    __table_args__ = (
        Index(None, "generation", "month"),
        Index(None, "generation", "facility_id"),
        ROOM,
    )

    day: Mapped[date]
    facility_id: Mapped[UUID]
    regency_code: Mapped[str]


class LiveHourSummary(Base):
    """What reports read of minutes of spaces down to the province."""

    __table__ = live(HourSummary, Source.REGISTRY, owned=False)


class LiveHours(Base):
    """What reports read of minutes of spaces."""

    __table__ = live(HourCube, Source.REGISTRY, owned=False)
