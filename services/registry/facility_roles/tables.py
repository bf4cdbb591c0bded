"""SQL table of what institutions are to facilities."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.base import Base
from services.registry.facility_roles.rules import FacilityRole

_DAYS = "daterange(valid_from, valid_to, '[]')"


class FacilityInstitution(Base):
    """What an institution is to a facility from `valid_from` to the last day `valid_to`.

    A hiring partner commits itself to hire `hires` graduates by `hires_by`.
    """

    __tablename__ = "facility_institution"
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
            name="fk_facility_institution_facility",
        ),
        CheckConstraint("valid_to >= valid_from", name="period"),
        CheckConstraint(
            "(role = 'HIRING_PARTNER') = (hires IS NOT NULL)"
            " AND (hires IS NULL) = (hires_by IS NULL)",
            name="commitment",
        ),
        CheckConstraint("hires > 0", name="hires"),
        ExcludeConstraint(
            ("facility_id", "="),
            ("institution_id", "="),
            ("role", "="),
            (text(_DAYS), "&&"),
            name="ex_facility_institution_same",
        ),
        ExcludeConstraint(
            ("facility_id", "="),
            ("role", "="),
            (text(_DAYS), "&&"),
            name="ex_facility_institution_single",
            where=text("role IN ('OWNER', 'HOST')"),
        ),
        Index("ix_facility_institution_facility_id", "facility_id", "id"),
        Index("ix_facility_institution_institution_id", "institution_id", "id"),
        Index(
            "ix_facility_institution_hires_by",
            "hires_by",
            "id",
            postgresql_where=text("role = 'HIRING_PARTNER'"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    facility_id: Mapped[UUID]
    province_code: Mapped[str]
    regency_code: Mapped[str]
    owner_ministry: Mapped[str]
    institution_id: Mapped[UUID] = mapped_column(ForeignKey("registry.institution.id"))
    role: Mapped[FacilityRole]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    hires: Mapped[int | None]
    hires_by: Mapped[date | None]
    version: Mapped[int]
    created_at: Mapped[datetime]
