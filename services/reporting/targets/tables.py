"""SQL table of targets."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from services.reporting.base import Base
from services.reporting.targets.rules import TargetMode, TargetOrigin


class Target(Base):
    """A number that was promised, of what, where, by when.

    Without province and facility it is the nation's. `area_codes` are the areas in which it is
    counted, all of them when empty. An ADDITIONAL one counts from a baseline of the register, from
    `baseline_value`, or from the level that the figure itself had before `counts_from`.
    `source_version` is the version of the agreement or the role that states it; what a draft says
    is not `signed` yet, and promises nothing.
    """

    __tablename__ = "target"
    __table_args__ = (
        UniqueConstraint("code"),
        CheckConstraint("value >= 0", name="value"),
        CheckConstraint("upper_value > value", name="upper_value"),
        CheckConstraint(
            "num_nonnulls(baseline_id, baseline_value, counts_from)"
            " = CASE WHEN mode = 'ADDITIONAL' THEN 1 ELSE 0 END",
            name="baseline",
        ),
        CheckConstraint("(origin = 'AGREEMENT') = (agreement_id IS NOT NULL)", name="agreement"),
        Index(
            "ix_target_agreement_id",
            "agreement_id",
            postgresql_where=text("agreement_id IS NOT NULL"),
        ),
        Index(
            "ix_target_facility_id", "facility_id", postgresql_where=text("facility_id IS NOT NULL")
        ),
        Index("ix_target_baseline_id", "baseline_id"),
        Index("ix_target_indicator", "indicator", "code"),
        Index("ix_target_province_code_regency_code", "province_code", "regency_code", "code"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str]
    origin: Mapped[TargetOrigin]
    label_id: Mapped[str]
    label_en: Mapped[str]
    indicator: Mapped[str]
    value: Mapped[int] = mapped_column(BigInteger())
    upper_value: Mapped[int | None] = mapped_column(BigInteger())
    unit: Mapped[str]
    mode: Mapped[TargetMode]
    baseline_id: Mapped[UUID | None] = mapped_column(ForeignKey("reporting.baseline.id"))
    baseline_value: Mapped[int | None] = mapped_column(BigInteger())
    counts_from: Mapped[date | None]
    year: Mapped[int | None]
    by_day: Mapped[date | None]
    program_id: Mapped[UUID | None]
    agreement_id: Mapped[UUID | None]
    facility_id: Mapped[UUID | None]
    area_codes: Mapped[list[str]]
    province_code: Mapped[str | None]
    regency_code: Mapped[str | None]
    owner_ministry: Mapped[str | None]
    source: Mapped[str | None]
    source_version: Mapped[int] = mapped_column(server_default=text("0"))
    signed: Mapped[bool] = mapped_column(server_default=text("true"))
    version: Mapped[int]
    withdrawn_at: Mapped[datetime | None]
    recorded_at: Mapped[datetime]
