"""SQL tables of follow-ups."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Enum, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.reporting.base import Base
from services.reporting.business_sizes.rules import SizeClass, SizeCriterion
from services.reporting.followups.rules import RecordedAs
from shared.schemas.enrollment import Financing
from shared.schemas.reporting import FollowUpSource, IncomeChange, OutcomeStatus


def _size(name: str) -> Enum:
    return Enum(SizeClass, native_enum=False, create_constraint=True, length=40, name=name)


class Answered:
    """What was said, by whom, and to which version of the questionnaire.

    `kept` are answers that no figure counts. `evidence` names documents: kind, reference, sha256.
    The amounts are sealed in `incomes_cipher` and appear in no event.
    """

    status: Mapped[OutcomeStatus]
    source: Mapped[FollowUpSource | None]
    instrument_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("reporting.followup_instrument.id")
    )
    days_to_first_income: Mapped[int | None]
    business_started: Mapped[bool | None]
    business_running: Mapped[bool | None]
    people_hired: Mapped[int | None]
    income_change: Mapped[IncomeChange | None]
    nib_obtained: Mapped[bool | None]
    halal_certified: Mapped[bool | None]
    financing_kind: Mapped[Financing | None]
    financing_bank: Mapped[str | None]
    size_criterion: Mapped[SizeCriterion | None]
    size_before: Mapped[SizeClass | None] = mapped_column(_size("size_before"))
    size_after: Mapped[SizeClass | None] = mapped_column(_size("size_after"))
    size_rule: Mapped[str | None]
    matches_trade: Mapped[bool | None]
    kept: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'"))
    evidence: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default=text("'[]'"))
    incomes_cipher: Mapped[bytes | None]
    incomes_key_id: Mapped[str | None]
    recorded_by: Mapped[str]
    recorded_as: Mapped[RecordedAs | None]
    recorded_at: Mapped[datetime]


class FollowUp(Answered, Base):
    """One answer per enrollment and horizon; a correction is a new version.

    `counted` is the outcome as the last event told it: what a correction takes back. `asked_at`:
    a cohort made the row, before anybody answered. The draft is what somebody has filled in and
    not yet sent; it is sealed whole.
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
        CheckConstraint(
            "source IS NOT NULL OR status IN ('ASKED', 'UNREACHED')", name="answered_by"
        ),
        CheckConstraint("(draft_cipher IS NULL) = (draft_key_id IS NULL)", name="draft_sealed"),
        Index(None, "class_id", "horizon_months", "id"),
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
    counted: Mapped[dict[str, Any]]
    asked_at: Mapped[datetime | None]
    draft_cipher: Mapped[bytes | None]
    draft_key_id: Mapped[str | None]
    draft_version: Mapped[int] = mapped_column(server_default=text("0"))
    version: Mapped[int]


class FollowUpVersion(Answered, Base):
    """What a follow-up said before it was corrected; `version` is the one that it had then."""

    __tablename__ = "followup_version"
    __table_args__ = (
        CheckConstraint(
            "(incomes_cipher IS NULL) = (incomes_key_id IS NULL)", name="incomes_sealed"
        ),
        Index(None, "participant_id"),
        Index(
            "ix_followup_version_incomes",
            "recorded_at",
            "followup_id",
            "version",
            postgresql_where=text("incomes_cipher IS NOT NULL"),
        ),
    )

    followup_id: Mapped[UUID] = mapped_column(ForeignKey("reporting.followup.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    participant_id: Mapped[UUID]
