"""SQL table of businesses."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, Index
from sqlalchemy.orm import Mapped, mapped_column

from services.enrollment.base import Base
from services.enrollment.programs.rules import SizeCriterion
from shared.schemas.enrollment import EntrantKind


class ParticipantBusiness(Base):
    """What was said of a person's business as of a day, and the size class that follows from it.

    The figures are those of the participant's own row; `rule_version` names the rules of the time.
    Of two statements as of one day the one recorded later counts.
    """

    __tablename__ = "participant_business"
    __table_args__ = (Index("ix_participant_business_as_of", "participant_id", "as_of", "id"),)

    participant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    as_of: Mapped[date]
    nib: Mapped[str | None]
    kbli: Mapped[str | None]
    kbli_scheme: Mapped[str | None]
    founded_on: Mapped[date]
    capital_rupiah: Mapped[int | None] = mapped_column(BigInteger)
    annual_sales_rupiah: Mapped[int | None] = mapped_column(BigInteger)
    employees: Mapped[int | None]
    entrant_kind: Mapped[EntrantKind]
    kind_by_capital: Mapped[str | None]
    kind_by_sales: Mapped[str | None]
    size_criterion: Mapped[SizeCriterion | None]
    rule_version: Mapped[str]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str]
