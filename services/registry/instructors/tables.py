"""SQL table of instructors."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.base import Base


class Instructor(Base):
    """A person who teaches; whose scope she is in follows her home facility."""

    __tablename__ = "instructor"
    __table_args__ = (
        ForeignKeyConstraint(
            ["home_facility_id", "province_code", "regency_code", "owner_ministry"],
            [
                "registry.facility.id",
                "registry.facility.province_code",
                "registry.facility.regency_code",
                "registry.facility.owner_ministry",
            ],
            onupdate="CASCADE",
            name="fk_instructor_facility",
        ),
        Index("ix_instructor_home_facility_id_code", "home_facility_id", "code"),
        Index("ix_instructor_province_code_code", "province_code", "code"),
    )
    __scope_columns__: ClassVar[dict[str, str]] = {"facility_id": "home_facility_id"}

    id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40, collation="C"), unique=True)
    name: Mapped[str]
    home_facility_id: Mapped[UUID]
    province_code: Mapped[str]
    regency_code: Mapped[str]
    owner_ministry: Mapped[str]
    competences: Mapped[list[str]]
    synthetic: Mapped[bool]
    created_at: Mapped[datetime]
