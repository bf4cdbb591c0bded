"""SQL table of facilities."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.base import Base
from services.registry.facilities.rules import FacilityForm
from shared.schemas.registry import FacilityKind, FacilityStatus, TimeZone


class Facility(Base):
    """A place that trains or serves entrepreneurs; `code` is the national facility code.

    Province, regency and time zone are derived from `area_code`. The unique key over id and scope
    columns lets spaces and instructors follow by ON UPDATE CASCADE when a facility moves.
    """

    __tablename__ = "facility"
    __table_args__ = (
        UniqueConstraint(
            "id", "province_code", "regency_code", "owner_ministry", name="uq_facility_scope"
        ),
        CheckConstraint("(latitude IS NULL) = (longitude IS NULL)", name="point"),
        CheckConstraint("latitude BETWEEN -90 AND 90", name="latitude"),
        CheckConstraint("longitude BETWEEN -180 AND 180", name="longitude"),
        CheckConstraint("parent_id <> id", name="parent"),
        Index("ix_facility_area_code_code", "area_code", "code"),
        Index("ix_facility_province_code_code", "province_code", "code"),
        Index("ix_facility_kind_code", "kind", "code"),
        Index("ix_facility_status_code", "status", "code"),
        Index("ix_facility_institution_id", "institution_id"),
        Index("ix_facility_parent_id", "parent_id"),
        Index("ix_facility_trades", "trades", postgresql_using="gin"),
        Index(
            "ix_facility_name_trgm",
            "name",
            postgresql_using="gin",
            postgresql_ops={"name": "gin_trgm_ops"},
        ),
        Index(
            "ix_facility_point",
            text("ll_to_earth(latitude, longitude)"),
            postgresql_using="gist",
        ),
    )
    __scope_columns__: ClassVar[dict[str, str]] = {"facility_id": "id"}

    id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40, collation="C"), unique=True)
    name: Mapped[str]
    kind: Mapped[FacilityKind]
    form: Mapped[FacilityForm | None]
    institution_id: Mapped[UUID | None] = mapped_column(ForeignKey("registry.institution.id"))
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("registry.facility.id"))
    owner_ministry: Mapped[str]
    area_code: Mapped[str] = mapped_column(String(13, collation="C"))
    province_code: Mapped[str]
    regency_code: Mapped[str]
    time_zone: Mapped[TimeZone]
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    status: Mapped[FacilityStatus]
    trades: Mapped[list[str]]
    address: Mapped[str | None]
    synthetic: Mapped[bool]
    version: Mapped[int]
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
