"""SQL table of actions."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.agreement_actions.rules import ActionStatus
from services.registry.base import Base


class AgreementAction(Base):
    """What a party does because of an agreement; where it lies follows its facility, if any."""

    __tablename__ = "agreement_action"
    __table_args__ = (
        ForeignKeyConstraint(
            ["facility_id", "province_code", "regency_code", "owner_ministry"],
            [
                "registry.facility.id",
                "registry.facility.province_code",
                "registry.facility.regency_code",
                "registry.facility.owner_ministry",
            ],
            onupdate="CASCADE",
            name="fk_agreement_action_facility",
        ),
        CheckConstraint(
            "(responsible_ministry IS NULL) <> (responsible_institution_id IS NULL)",
            name="one_side",
        ),
        CheckConstraint(
            "(status = 'DONE') = (evidence_reference IS NOT NULL AND evidence_sha256 IS NOT NULL"
            " AND done_on IS NOT NULL)",
            name="evidence",
        ),
        Index("ix_agreement_action_agreement_id_due_on_id", "agreement_id", "due_on", "id"),
        Index("ix_agreement_action_facility_id_due_on_id", "facility_id", "due_on", "id"),
        Index("ix_agreement_action_due_on_id", "due_on", "id"),
        Index(
            "ix_agreement_action_open",
            "due_on",
            "id",
            postgresql_where=text("status IN ('PLANNED', 'IN_PROGRESS')"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    agreement_id: Mapped[UUID] = mapped_column(ForeignKey("registry.agreement.id"))
    title: Mapped[str]
    responsible_ministry: Mapped[str | None]
    responsible_institution_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("registry.institution.id")
    )
    facility_id: Mapped[UUID | None]
    province_code: Mapped[str | None]
    regency_code: Mapped[str | None]
    owner_ministry: Mapped[str]
    co_ministry: Mapped[str | None]
    host_ministry: Mapped[str | None]
    due_on: Mapped[date]
    status: Mapped[ActionStatus]
    evidence_reference: Mapped[str | None]
    evidence_sha256: Mapped[str | None] = mapped_column(String(64))
    done_on: Mapped[date | None]
    cancel_reason: Mapped[str | None]
    version: Mapped[int]
    created_at: Mapped[datetime]
