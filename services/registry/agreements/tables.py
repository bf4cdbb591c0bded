"""SQL tables of agreements."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.agreements.rules import AgreementKind
from services.registry.base import Base


class Agreement(Base):
    """An MoU or a PKS; `owner_ministry` and `co_ministry` are its first two ministries.

    `valid_to` is the last day, open when None.
    """

    __tablename__ = "agreement"
    __table_args__ = (
        CheckConstraint("valid_to >= valid_from", name="period"),
        CheckConstraint("(kind = 'PKS') = (follows_from_id IS NOT NULL)", name="basis"),
        Index("ix_agreement_follows_from_id", "follows_from_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[AgreementKind]
    number: Mapped[str] = mapped_column(String(100, collation="C"), unique=True)
    title: Mapped[str]
    follows_from_id: Mapped[UUID | None] = mapped_column(ForeignKey("registry.agreement.id"))
    owner_ministry: Mapped[str]
    co_ministry: Mapped[str | None]
    signed_on: Mapped[date]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    synthetic: Mapped[bool]
    created_at: Mapped[datetime]


class AgreementParty(Base):
    """A side of an agreement: a ministry or an institution, in the order of the document."""

    __tablename__ = "agreement_party"
    __table_args__ = (
        CheckConstraint("(ministry IS NULL) <> (institution_id IS NULL)", name="one_side"),
        Index("ix_agreement_party_institution_id", "institution_id"),
    )

    agreement_id: Mapped[UUID] = mapped_column(
        ForeignKey("registry.agreement.id"), primary_key=True
    )
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    ministry: Mapped[str | None]
    institution_id: Mapped[UUID | None] = mapped_column(ForeignKey("registry.institution.id"))


class AgreementFacility(Base):
    """A facility that an agreement covers."""

    __tablename__ = "agreement_facility"
    __table_args__ = (Index("ix_agreement_facility_facility_id", "facility_id"),)

    agreement_id: Mapped[UUID] = mapped_column(
        ForeignKey("registry.agreement.id"), primary_key=True
    )
    facility_id: Mapped[UUID] = mapped_column(ForeignKey("registry.facility.id"), primary_key=True)
