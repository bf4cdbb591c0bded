"""SQL tables of the register of published figures."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from services.reporting.base import Base
from services.reporting.baselines.rules import Precision


class Baseline(Base):
    """A figure that somebody published: one number or bounds, of what, when, and where it stands.

    `indicator` names the target that counts the same thing, where there is one.
    """

    __tablename__ = "baseline"
    __table_args__ = (
        UniqueConstraint("code"),
        CheckConstraint(
            "(value IS NULL) = (lower IS NOT NULL OR upper IS NOT NULL)", name="figure"
        ),
        CheckConstraint("lower <= upper", name="bounds"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str]
    what_id: Mapped[str]
    what_en: Mapped[str]
    indicator: Mapped[str | None]
    value: Mapped[int | None] = mapped_column(BigInteger())
    lower: Mapped[int | None] = mapped_column(BigInteger())
    upper: Mapped[int | None] = mapped_column(BigInteger())
    unit: Mapped[str]
    as_of: Mapped[date]
    precision: Mapped[Precision]
    source: Mapped[str]
    note: Mapped[str | None]
    version: Mapped[int]
    recorded_by: Mapped[str]
    recorded_at: Mapped[datetime]


class BaselineVersion(Base):
    """What the register said of a figure before a correction, and why it was corrected."""

    __tablename__ = "baseline_version"

    baseline_id: Mapped[UUID] = mapped_column(ForeignKey("reporting.baseline.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    facts: Mapped[dict[str, Any]]
    recorded_by: Mapped[str]
    recorded_at: Mapped[datetime]
    reason: Mapped[str]
    corrected_by: Mapped[str]
    corrected_at: Mapped[datetime]
