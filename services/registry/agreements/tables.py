"""SQL tables of agreements."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.agreements.rules import AgreementKind, KeptState, Term
from services.registry.base import Base


class Agreement(Base):
    """An MoU, PKS or plan; `owner_ministry` and `co_ministry` are its first two ministries.

    `valid_to` is the last day, open when None. `ended_on` is the first day on which it no longer
    holds because it was terminated or renewed.
    """

    __tablename__ = "agreement"
    __table_args__ = (
        CheckConstraint("valid_to >= valid_from", name="period"),
        CheckConstraint("(kind = 'MOU') = (follows_from_id IS NULL)", name="basis"),
        CheckConstraint("(state = 'DRAFT') = (signed_on IS NULL)", name="signed"),
        CheckConstraint(
            "(state IN ('TERMINATED', 'RENEWED')) = (ended_on IS NOT NULL)", name="ended"
        ),
        CheckConstraint("renews_id <> id", name="renewal"),
        Index("ix_agreement_follows_from_id", "follows_from_id", "number"),
        Index("ix_agreement_kind_number", "kind", "number"),
        Index("ix_agreement_valid_to", "valid_to"),
        Index(
            "uq_agreement_renews_id",
            "renews_id",
            unique=True,
            postgresql_where=text("state <> 'DRAFT'"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[AgreementKind]
    number: Mapped[str] = mapped_column(String(100, collation="C"), unique=True)
    title: Mapped[str]
    follows_from_id: Mapped[UUID | None] = mapped_column(ForeignKey("registry.agreement.id"))
    renews_id: Mapped[UUID | None] = mapped_column(ForeignKey("registry.agreement.id"))
    owner_ministry: Mapped[str]
    co_ministry: Mapped[str | None]
    state: Mapped[KeptState]
    signed_on: Mapped[date | None]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    ended_on: Mapped[date | None]
    end_reason: Mapped[str | None]
    trades: Mapped[list[str]]
    area_codes: Mapped[list[str]]
    scope: Mapped[str | None]
    synthetic: Mapped[bool]
    version: Mapped[int]
    created_at: Mapped[datetime]

    @property
    def term(self) -> Term:
        """How long it holds."""
        return Term(self.state, self.valid_from, self.valid_to, self.ended_on)


class AgreementParty(Base):
    """A side of an agreement: a ministry or an institution, in the order of the document."""

    __tablename__ = "agreement_party"
    __table_args__ = (
        CheckConstraint("(ministry IS NULL) <> (institution_id IS NULL)", name="one_side"),
        Index("ix_agreement_party_institution_id", "institution_id"),
        Index("ix_agreement_party_ministry", "ministry"),
    )

    agreement_id: Mapped[UUID] = mapped_column(
        ForeignKey("registry.agreement.id"), primary_key=True
    )
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    ministry: Mapped[str | None]
    institution_id: Mapped[UUID | None] = mapped_column(ForeignKey("registry.institution.id"))


class AgreementSignatory(Base):
    """A person who signs for a party, as the document names him."""

    __tablename__ = "agreement_signatory"

    agreement_id: Mapped[UUID] = mapped_column(
        ForeignKey("registry.agreement.id"), primary_key=True
    )
    ordinal: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    party: Mapped[int]
    name: Mapped[str]
    position: Mapped[str]


class AgreementDocument(Base):
    """A file of an agreement that is kept elsewhere."""

    __tablename__ = "agreement_document"
    __table_args__ = (
        Index("uq_agreement_document_sha256", "agreement_id", "sha256", unique=True),
        Index("ix_agreement_document_agreement_id_id", "agreement_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    agreement_id: Mapped[UUID] = mapped_column(ForeignKey("registry.agreement.id"))
    title: Mapped[str]
    reference: Mapped[str]
    sha256: Mapped[str] = mapped_column(String(64))
    mime: Mapped[str]
    added_at: Mapped[datetime]


class AgreementFacility(Base):
    """A facility that an agreement covers, since and until when; `valid_to` is the last day.

    Without it the facility is covered for as long as the agreement holds.
    """

    __tablename__ = "agreement_facility"
    __table_args__ = (
        CheckConstraint("valid_to >= valid_from", name="period"),
        Index("ix_agreement_facility_facility_id", "facility_id"),
        ExcludeConstraint(
            ("agreement_id", "="),
            ("facility_id", "="),
            (text("daterange(valid_from, valid_to, '[]')"), "&&"),
            using="gist",
            name="ex_agreement_facility_validity",
        ),
    )

    agreement_id: Mapped[UUID] = mapped_column(
        ForeignKey("registry.agreement.id"), primary_key=True
    )
    facility_id: Mapped[UUID] = mapped_column(ForeignKey("registry.facility.id"), primary_key=True)
    valid_from: Mapped[date] = mapped_column(primary_key=True)
    valid_to: Mapped[date | None]
