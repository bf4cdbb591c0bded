"""SQL tables of follow-ups."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from services.reporting.base import Base
from shared.schemas.reporting import FollowUpSource, IncomeChange, OutcomeStatus


class FollowUp(Base):
    """One answer per enrollment and horizon; a correction is a new version.

    `counted` is the outcome as the last event told it: what a correction takes back. The amounts
    of income are sealed in `incomes_cipher` and appear in no event.
    """

    __tablename__ = "followup"
    __table_args__ = (
        UniqueConstraint("enrollment_id", "horizon_months"),
        CheckConstraint("horizon_months IN (3, 6, 12)", name="horizon_months"),
        CheckConstraint("people_hired >= 0 AND days_to_first_income >= 0", name="counts"),
        CheckConstraint(
            "(incomes_cipher IS NULL) = (incomes_key_id IS NULL)", name="incomes_sealed"
        ),
        Index(None, "participant_id", "id"),
        Index(None, "facility_id", "id"),
        Index(None, "province_code", "regency_code", "id"),
        Index(
            "ix_followup_incomes",
            "recorded_at",
            "id",
            postgresql_where=text("incomes_cipher IS NOT NULL"),
        ),
        Index("ix_followup_home", "home_province_code", "home_regency_code", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    enrollment_id: Mapped[UUID]
    horizon_months: Mapped[int]
    class_id: Mapped[UUID]
    participant_id: Mapped[UUID]
    province_code: Mapped[str]
    regency_code: Mapped[str]
    home_province_code: Mapped[str]
    home_regency_code: Mapped[str]
    facility_id: Mapped[UUID]
    owner_ministry: Mapped[str | None]
    co_ministry: Mapped[str | None]
    host_ministry: Mapped[str]
    status: Mapped[OutcomeStatus]
    source: Mapped[FollowUpSource]
    days_to_first_income: Mapped[int | None]
    business_started: Mapped[bool | None]
    business_running: Mapped[bool | None]
    people_hired: Mapped[int | None]
    income_change: Mapped[IncomeChange | None]
    incomes_cipher: Mapped[bytes | None]
    incomes_key_id: Mapped[str | None]
    counted: Mapped[dict[str, Any]]
    recorded_by: Mapped[str]
    recorded_at: Mapped[datetime]
    version: Mapped[int]
