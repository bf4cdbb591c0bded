"""SQL table of recorded certificates of competence."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from services.enrollment.base import Base
from shared.schemas.enrollment import AgeBand, EntrantKind, Sex, VerificationState
from shared.schemas.registry import FacilityKind


class CompetenceCertificate(Base):
    """A certificate that an LSP licensed by BNSP has issued to somebody trained here.

    The number and the reference of the evidence are sealed under the person's key;
    `number_index` finds the number of an LSP without revealing it.
    """

    __tablename__ = "competence_certificate"
    __table_args__ = (
        Index("uq_competence_certificate_id", "id", unique=True),
        Index("ix_competence_certificate_class_id_id", "class_id", "id"),
        CheckConstraint("octet_length(number_index) = 32", name="number_index"),
        CheckConstraint("valid_until IS NULL OR valid_until >= issued_on", name="validity"),
        CheckConstraint("level IS NULL OR level BETWEEN 1 AND 9", name="level"),
        CheckConstraint("(state = 'RECORDED') = (judged_at IS NULL)", name="judged"),
    )

    participant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    class_id: Mapped[UUID]
    enrollment_id: Mapped[UUID]
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
    lsp_name: Mapped[str]
    lsp_license: Mapped[str]
    scheme_code: Mapped[str | None]
    scheme_name: Mapped[str]
    level: Mapped[int | None]
    issued_on: Mapped[date]
    valid_until: Mapped[date | None]
    details_cipher: Mapped[bytes] = mapped_column(LargeBinary)
    number_index: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    state: Mapped[VerificationState]
    reason: Mapped[str | None]
    recorded_by: Mapped[str]
    recorded_at: Mapped[datetime]
    judged_by: Mapped[str | None]
    judged_at: Mapped[datetime | None]
    version: Mapped[int]
    disability: Mapped[bool] = mapped_column(server_default=text("false"))
    trade: Mapped[str] = mapped_column(server_default=text("''"))
