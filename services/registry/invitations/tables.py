"""SQL tables of invitations."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.base import Base
from services.registry.invitations.rules import InvitationState
from shared.scope import Role


class Invitation(Base):
    """A code that somebody may claim, and what became of it; who claimed is known to the office.

    `hands_over` is the assignment that ends when this one is approved.
    """

    __tablename__ = "invitation"
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
            name="fk_invitation_facility",
        ),
        CheckConstraint(
            "num_nonnulls(claimed_issuer, claimed_subject, claimed_at) IN (0, 3)", name="claim"
        ),
        CheckConstraint("(state = 'APPROVED') = (assignment_id IS NOT NULL)", name="approval"),
        Index("ix_invitation_facility_id", "facility_id", "id"),
        Index("ix_invitation_province_code", "province_code", "id"),
        Index("ix_invitation_regency_code", "regency_code", "id"),
        Index(
            "ix_invitation_expires_at",
            "expires_at",
            postgresql_where=text("state = 'ISSUED'"),
        ),
        Index("ix_invitation_claimed_subject", "claimed_subject", "claimed_issuer"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    facility_id: Mapped[UUID]
    province_code: Mapped[str]
    regency_code: Mapped[str]
    owner_ministry: Mapped[str]
    role: Mapped[Role]
    label: Mapped[str]
    code_hash: Mapped[str] = mapped_column(unique=True)
    state: Mapped[InvitationState]
    expires_at: Mapped[datetime]
    issued_by: Mapped[str]
    issued_at: Mapped[datetime]
    claimed_issuer: Mapped[str | None]
    claimed_subject: Mapped[str | None]
    claimed_at: Mapped[datetime | None]
    decided_by: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    reason: Mapped[str | None]
    hands_over_id: Mapped[UUID | None] = mapped_column(ForeignKey("registry.assignment.id"))
    assignment_id: Mapped[UUID | None] = mapped_column(ForeignKey("registry.assignment.id"))
    version: Mapped[int]


class ClaimAttempt(Base):
    """How many codes a login has tried since when."""

    __tablename__ = "claim_attempt"

    holder: Mapped[str] = mapped_column(primary_key=True)
    tries: Mapped[int]
    since: Mapped[datetime] = mapped_column(index=True)
