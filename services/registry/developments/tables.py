"""SQL tables of developments."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.base import Base
from services.registry.developments.rules import DevelopmentKind, DevelopmentStep


class Development(Base):
    """A grant to build a planned community centre; where it lies follows the facility.

    `co_ministry` grants, `institution_id` builds, `accounts_due_on` is when the LPJ is due.
    """

    __tablename__ = "development"
    __table_args__ = (
        UniqueConstraint("facility_id"),
        ForeignKeyConstraint(
            ["facility_id", "province_code", "regency_code", "owner_ministry"],
            [
                "registry.facility.id",
                "registry.facility.province_code",
                "registry.facility.regency_code",
                "registry.facility.owner_ministry",
            ],
            onupdate="CASCADE",
            name="fk_development_facility",
        ),
        CheckConstraint("grant_rupiah > 0", name="grant"),
        CheckConstraint(
            "(step IN ('PROPOSED', 'VERIFIED')) = (accounts_due_on IS NULL)", name="accounts_due"
        ),
        Index("ix_development_province_code_number", "province_code", "number"),
        Index("ix_development_regency_code_number", "regency_code", "number"),
        Index(
            "ix_development_owing",
            "accounts_due_on",
            "id",
            postgresql_where=text("step <> 'ACCOUNTED_FOR'"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[DevelopmentKind]
    number: Mapped[str] = mapped_column(String(100, collation="C"), unique=True)
    title: Mapped[str]
    follows_from_id: Mapped[UUID | None] = mapped_column(ForeignKey("registry.agreement.id"))
    facility_id: Mapped[UUID]
    province_code: Mapped[str]
    regency_code: Mapped[str]
    owner_ministry: Mapped[str]
    co_ministry: Mapped[str]
    institution_id: Mapped[UUID] = mapped_column(ForeignKey("registry.institution.id"))
    grant_rupiah: Mapped[int] = mapped_column(BigInteger())
    step: Mapped[DevelopmentStep]
    accounts_due_on: Mapped[date | None]
    synthetic: Mapped[bool]
    version: Mapped[int]
    created_at: Mapped[datetime]


class DevelopmentStepTaken(Base):
    """A step that a development has taken: when, what was paid, and what proves it."""

    __tablename__ = "development_step"
    __table_args__ = (
        CheckConstraint("amount_rupiah > 0", name="amount"),
        CheckConstraint(
            "(step IN ('FIRST_PAYMENT', 'SECOND_PAYMENT')) = (amount_rupiah IS NOT NULL)",
            name="payment",
        ),
    )

    development_id: Mapped[UUID] = mapped_column(
        ForeignKey("registry.development.id"), primary_key=True
    )
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    step: Mapped[DevelopmentStep]
    day: Mapped[date]
    amount_rupiah: Mapped[int | None] = mapped_column(BigInteger())
    evidence_reference: Mapped[str]
    evidence_sha256: Mapped[str] = mapped_column(String(64))
    recorded_at: Mapped[datetime]
