"""SQL tables of cohorts."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, ForeignKey, Index, Integer, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from services.reporting.base import Base
from services.reporting.followup_cohorts.rules import CohortState


class Plan(Base):
    """When the people of a programme are asked; a programme without one is asked as all are."""

    __tablename__ = "followup_plan"

    program_id: Mapped[UUID] = mapped_column(primary_key=True)
    horizons: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    open_days: Mapped[int]
    remind_days: Mapped[int]
    stated_at: Mapped[datetime]
    stated_by: Mapped[str]
    version: Mapped[int]


class Cohort(Base):
    """One class at one horizon: it is asked on `due_on`, and given up after `closes_on`.

    `people` is how many were asked when it opened.
    """

    __tablename__ = "followup_cohort"
    __table_args__ = (
        UniqueConstraint("class_id", "horizon_months"),
        CheckConstraint("horizon_months IN (3, 6, 12)", name="horizon_months"),
        CheckConstraint("completed_on <= due_on AND due_on <= closes_on", name="days"),
        CheckConstraint("(state = 'PLANNED') = (opened_at IS NULL)", name="opened"),
        CheckConstraint("(state = 'CLOSED') = (closed_at IS NOT NULL)", name="closed"),
        Index(
            "ix_followup_cohort_due",
            "due_on",
            "id",
            postgresql_where=text("state = 'PLANNED'"),
        ),
        Index(
            "ix_followup_cohort_closing",
            "closes_on",
            "id",
            postgresql_where=text("state = 'OPEN'"),
        ),
        Index(
            "ix_followup_cohort_reminding",
            "remind_on",
            "id",
            postgresql_where=text("state = 'OPEN' AND reminded_at IS NULL"),
        ),
        Index(None, "facility_id", "id"),
        Index(None, "province_code", "regency_code", "id"),
        Index(None, "wave_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    class_id: Mapped[UUID]
    horizon_months: Mapped[int]
    program_id: Mapped[UUID]
    wave_id: Mapped[UUID]
    facility_id: Mapped[UUID]
    province_code: Mapped[str]
    regency_code: Mapped[str]
    host_ministry: Mapped[str]
    owner_ministry: Mapped[str | None]
    co_ministry: Mapped[str | None]
    completed_on: Mapped[date]
    due_on: Mapped[date]
    remind_on: Mapped[date]
    closes_on: Mapped[date]
    state: Mapped[CohortState]
    instrument_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("reporting.followup_instrument.id")
    )
    people: Mapped[int]
    opened_at: Mapped[datetime | None]
    reminded_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    version: Mapped[int]
