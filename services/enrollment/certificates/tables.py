"""SQL tables of training certificates."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.enrollment.base import Base
from shared.schemas.enrollment import AgeBand, CertificateState, EntrantKind, Sex
from shared.schemas.registry import FacilityKind


class CertificateOrder(Base):
    """Certificates that somebody had issued: of a class, of some people, or one anew.

    `enrollment_ids` is null where all who completed are meant. `facility_name` is what the registry
    said on the day of issue. `replaces_id` is the certificate whose place the only one takes,
    `reason` why.
    """

    __tablename__ = "certificate_order"

    class_id: Mapped[UUID] = mapped_column(ForeignKey("enrollment.class.id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    enrollment_ids: Mapped[list[Any] | None] = mapped_column(JSONB(none_as_null=True))
    replaces_id: Mapped[UUID | None]
    signatory_name: Mapped[str]
    signatory_title: Mapped[str]
    facility_name: Mapped[str | None]
    reason: Mapped[str | None]
    ordered_by: Mapped[str]
    ordered_at: Mapped[datetime]


class CertificateCounter(Base):
    """The last serial of a facility in a year; it moves with the certificates, so none is lost."""

    __tablename__ = "certificate_counter"

    facility_id: Mapped[UUID] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int]


class TrainingCertificate(Base):
    """A certificate of a training, with what was true when it was issued.

    The person's name and the PDF are sealed under the person's key: destroying it erases both, and
    what stays vouches for a training of nobody. `subject_id` stands for the person in the badge.
    `replaces` and `replaced_by` are numbers.
    """

    __tablename__ = "training_certificate"
    __table_args__ = (
        Index("uq_training_certificate_id", "id", unique=True),
        Index("ix_training_certificate_class_id_id", "class_id", "id"),
        Index("ix_training_certificate_class_id_enrollment_id", "class_id", "enrollment_id"),
        Index(
            "uq_training_certificate_valid",
            "class_id",
            "enrollment_id",
            unique=True,
            postgresql_where=text("state = 'VALID'"),
        ),
        Index(
            "ix_training_certificate_unprinted",
            "class_id",
            "id",
            postgresql_where=text("pdf_sha256 IS NULL"),
        ),
        CheckConstraint("(state = 'VALID') = (ended_at IS NULL)", name="ended"),
        CheckConstraint("(state = 'REISSUED') = (replaced_by IS NOT NULL)", name="replaced"),
        CheckConstraint("(pdf_cipher IS NULL) = (pdf_sha256 IS NULL)", name="pdf"),
    )

    participant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    subject_id: Mapped[UUID]
    class_id: Mapped[UUID]
    enrollment_id: Mapped[UUID]
    order_id: Mapped[UUID]
    program_id: Mapped[UUID]
    wave_id: Mapped[UUID]
    facility_id: Mapped[UUID]
    facility_kind: Mapped[FacilityKind]
    province_code: Mapped[str]
    regency_code: Mapped[str]
    owner_ministry: Mapped[str]
    co_ministry: Mapped[str | None]
    host_ministry: Mapped[str]
    home_province_code: Mapped[str]
    home_regency_code: Mapped[str]
    sex: Mapped[Sex]
    age_band: Mapped[AgeBand]
    entrant_kind: Mapped[EntrantKind]
    state: Mapped[CertificateState]
    issued_on: Mapped[date]
    issued_at: Mapped[datetime]
    issued_by: Mapped[str]
    program_name: Mapped[str]
    facility_name: Mapped[str]
    class_label: Mapped[str]
    module_title: Mapped[str]
    module_version: Mapped[str]
    module_hours: Mapped[int]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    signatory_name: Mapped[str]
    signatory_title: Mapped[str]
    synthetic: Mapped[bool]
    name_cipher: Mapped[bytes] = mapped_column(LargeBinary)
    pdf_cipher: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    pdf_sha256: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    replaces: Mapped[str | None]
    replaced_by: Mapped[str | None]
    ended_at: Mapped[datetime | None]
    reason: Mapped[str | None]
    version: Mapped[int]
    disability: Mapped[bool] = mapped_column(server_default=text("false"))
    trade: Mapped[str] = mapped_column(server_default=text("''"))
