"""SQL table of outcomes counted."""

from datetime import date

from sqlalchemy import BigInteger, Index
from sqlalchemy.orm import Mapped, mapped_column

from services.reporting.base import Base
from services.reporting.enrollment_facts.tables import PersonMembers
from services.reporting.folding.rules import Source
from services.reporting.folding.tables import ROOM, Counted, live
from shared.schemas.reporting import OutcomeStatus


class OutcomeCube(Counted, PersonMembers, Base):
    """Outcomes by cell and by the day recorded; the measures are sums over the answers."""

    __tablename__ = "outcome_cube"
    __table_args__ = (
        Index(None, "generation", "wave_id"),
        Index(None, "generation", "province_code", "regency_code"),
        Index("ix_outcome_cube_home", "generation", "home_province_code", "home_regency_code"),
        Index(None, "generation", "facility_id"),
        ROOM,
    )

    day: Mapped[date]
    waited: Mapped[bool]
    horizon_months: Mapped[int]
    status: Mapped[OutcomeStatus]
    businesses_started: Mapped[int] = mapped_column(BigInteger)
    businesses_running: Mapped[int] = mapped_column(BigInteger)
    people_hired: Mapped[int] = mapped_column(BigInteger)
    first_incomes: Mapped[int] = mapped_column(BigInteger)
    days_to_first_income: Mapped[int] = mapped_column(BigInteger)
    incomes_compared: Mapped[int] = mapped_column(BigInteger)
    incomes_up: Mapped[int] = mapped_column(BigInteger)


class LiveOutcomes(Base):
    """What reports read of outcomes."""

    __table__ = live(OutcomeCube, Source.REPORTING, owned=True)
