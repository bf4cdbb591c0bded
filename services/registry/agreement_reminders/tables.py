"""SQL table of reminders."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.agreement_reminders.rules import ReminderSubject
from services.registry.base import Base


class AgreementReminder(Base):
    """A reminder, written once a subject, day and number of days before it."""

    __tablename__ = "agreement_reminder"
    __table_args__ = (
        UniqueConstraint(
            "subject_id", "due_on", "days_before", name="uq_agreement_reminder_subject"
        ),
        ForeignKeyConstraint(
            ["facility_id", "province_code", "regency_code", "owner_ministry"],
            [
                "registry.facility.id",
                "registry.facility.province_code",
                "registry.facility.regency_code",
                "registry.facility.owner_ministry",
            ],
            onupdate="CASCADE",
            name="fk_agreement_reminder_facility",
        ),
        CheckConstraint("days_before IN (7, 30, 90)", name="days_before"),
        Index("ix_agreement_reminder_due_on_id", "due_on", "id"),
        Index("ix_agreement_reminder_province_code_due_on_id", "province_code", "due_on", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    subject: Mapped[ReminderSubject]
    subject_id: Mapped[UUID]
    agreement_id: Mapped[UUID | None] = mapped_column(ForeignKey("registry.agreement.id"))
    label: Mapped[str]
    due_on: Mapped[date]
    days_before: Mapped[int]
    facility_id: Mapped[UUID | None]
    province_code: Mapped[str | None]
    regency_code: Mapped[str | None]
    owner_ministry: Mapped[str]
    co_ministry: Mapped[str | None]
    host_ministry: Mapped[str | None]
    created_at: Mapped[datetime]
