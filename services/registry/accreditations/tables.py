"""SQL table of accreditations and licences."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.accreditations.rules import AccreditationKind
from services.registry.base import Base
from services.registry.records.tables import FacilityRecord, follows_facility


class Accreditation(FacilityRecord, Base):
    """An accreditation or a licence of a facility, for a trade, a programme, or as a whole.

    `valid_to` is the last day, open when None; from `revoked_on` on it is worth nothing.
    """

    __tablename__ = "accreditation"
    __table_args__ = (
        follows_facility("accreditation"),
        CheckConstraint("valid_to >= valid_from", name="period"),
        CheckConstraint("revoked_on >= valid_from", name="revoked_on"),
        CheckConstraint(
            "(revoked_on IS NULL) = (revocation_reason IS NULL)", name="revocation_reason"
        ),
        CheckConstraint(
            "kind <> 'ACCREDITATION' OR (valid_to IS NOT NULL AND decree_number IS NOT NULL)",
            name="grounds",
        ),
        ExcludeConstraint(
            ("facility_id", "="),
            ("kind", "="),
            (text("coalesce(trade, '')"), "="),
            (text("coalesce(program, '')"), "="),
            (text("daterange(valid_from, least(valid_to + 1, revoked_on), '[)')"), "&&"),
            using="gist",
            name="ex_accreditation_scope",
        ),
        Index("ix_accreditation_facility_id_valid_from_id", "facility_id", "valid_from", "id"),
        Index("ix_accreditation_valid_to_id", "valid_to", "id"),
        Index("ix_accreditation_province_code_valid_to_id", "province_code", "valid_to", "id"),
        Index("ix_accreditation_regency_code_valid_to_id", "regency_code", "valid_to", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[AccreditationKind]
    number: Mapped[str]
    issuer: Mapped[str]
    decree_number: Mapped[str | None]
    trade: Mapped[str | None]
    program: Mapped[str | None]
    standards: Mapped[dict[str, Any]]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    document_reference: Mapped[str]
    document_sha256: Mapped[str]
    revoked_on: Mapped[date | None]
    revocation_reason: Mapped[str | None]
    synthetic: Mapped[bool]
    version: Mapped[int]
    created_at: Mapped[datetime]
