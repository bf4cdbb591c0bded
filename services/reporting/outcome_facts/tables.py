"""SQL table of outcomes counted."""

from datetime import date

from sqlalchemy import BigInteger, Index, text
from sqlalchemy.orm import Mapped, MappedColumn, mapped_column

from services.reporting.base import Base
from services.reporting.enrollment_facts.tables import PersonMembers
from services.reporting.folding.rules import Source
from services.reporting.folding.tables import ROOM, Counted, live
from shared.schemas.reporting import OutcomeStatus


def _later() -> MappedColumn[int]:
    """Return a sum that came later: the cells that were there had none of it."""
    return mapped_column(BigInteger, server_default=text("0"))


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
    entrepreneurs: Mapped[int] = _later()
    nib: Mapped[int] = _later()
    halal: Mapped[int] = _later()
    financed: Mapped[int] = _later()
    financed_kur: Mapped[int] = _later()
    financed_kur_syariah: Mapped[int] = _later()
    financed_lpdb: Mapped[int] = _later()
    financed_bwm: Mapped[int] = _later()
    financed_other: Mapped[int] = _later()
    sizes_compared: Mapped[int] = _later()
    size_up: Mapped[int] = _later()
    trades_compared: Mapped[int] = _later()
    matched: Mapped[int] = _later()


class LiveOutcomes(Base):
    """What reports read of outcomes."""

    __table__ = live(OutcomeCube, Source.REPORTING, owned=True)
