"""SQL tables of facilities and of their history."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ExcludeConstraint
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
        Index("ix_facility_owner_ministry_code", "owner_ministry", "code"),
        Index("ix_facility_updated_at", "updated_at"),
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
    updated_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class OfFacility:
    """Columns of what belongs to a facility: whose scope it lies in follows the facility."""

    facility_id: Mapped[UUID]
    province_code: Mapped[str]
    regency_code: Mapped[str]
    owner_ministry: Mapped[str]


def follows_facility(name: str) -> ForeignKeyConstraint:
    """Return the foreign key, called `name`, that keeps the columns of `OfFacility` true."""
    columns = ("facility_id", "province_code", "regency_code", "owner_ministry")
    there = ("id", *columns[1:])
    return ForeignKeyConstraint(
        columns, [f"registry.facility.{each}" for each in there], onupdate="CASCADE", name=name
    )


class FacilityAlias(Base):
    """A facility that was merged, and the one that stays, which answers to its id and code.

    It is kept for good, and leads there at once: when the one that stays is merged in its turn,
    it is pointed anew.
    """

    __tablename__ = "facility_alias"
    __table_args__ = (
        CheckConstraint("alias_id <> facility_id", name="other"),
        Index("ix_facility_alias_facility_id", "facility_id"),
        Index("ix_facility_alias_alias_code", "alias_code"),
    )

    alias_id: Mapped[UUID] = mapped_column(ForeignKey("registry.facility.id"), primary_key=True)
    facility_id: Mapped[UUID] = mapped_column(ForeignKey("registry.facility.id"))
    alias_code: Mapped[str] = mapped_column(String(40, collation="C"))
    merged_at: Mapped[datetime]


class FacilityPeriod(Base):
    """How a facility stood for a time; rows: one per change of kind, form, owner, area or status.

    A period begins with the facility's `version` and ends, `valid_to` excluded, where the next one
    begins; the present one is open. One that two changes of one moment left empty keeps its actor
    and reason and holds at no time. `changed` names what was new; it is empty where the period
    only records what was found when histories began to be kept.
    """

    __tablename__ = "facility_period"
    __table_args__ = (
        CheckConstraint("valid_to >= valid_from", name="validity"),
        ExcludeConstraint(
            ("facility_id", "="),
            (func.tstzrange(text("valid_from"), text("valid_to")), "&&"),
            name="ex_facility_period_facility_id",
        ),
        Index(
            "uq_facility_period_present",
            "facility_id",
            unique=True,
            postgresql_where=text("valid_to IS NULL"),
        ),
    )

    facility_id: Mapped[UUID] = mapped_column(ForeignKey("registry.facility.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    valid_from: Mapped[datetime]
    valid_to: Mapped[datetime | None]
    kind: Mapped[FacilityKind]
    form: Mapped[FacilityForm | None]
    owner_ministry: Mapped[str]
    institution_id: Mapped[UUID | None]
    area_code: Mapped[str] = mapped_column(String(13, collation="C"))
    status: Mapped[FacilityStatus]
    changed: Mapped[list[str]]
    reason: Mapped[str | None]
    actor: Mapped[str]
