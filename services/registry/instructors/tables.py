"""SQL tables of instructors and their certificates."""

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.base import Base
from services.registry.instructors.rules import Employment


class Instructor(Base):
    """A person who teaches; whose scope she is in follows her home facility.

    `home_ministry` employs her where that is not the ministry of the facility; its staff see her
    too. `left_on` is her last day in service.
    """

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
        Index("ix_instructor_competences", "competences", postgresql_using="gin"),
    )
    __scope_columns__: ClassVar[dict[str, str]] = {
        "facility_id": "home_facility_id",
        "co_ministry": "home_ministry",
    }

    id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40, collation="C"), unique=True)
    name: Mapped[str]
    home_facility_id: Mapped[UUID]
    province_code: Mapped[str]
    regency_code: Mapped[str]
    owner_ministry: Mapped[str]
    home_ministry: Mapped[str | None]
    employment: Mapped[Employment | None]
    competences: Mapped[list[str]]
    synthetic: Mapped[bool]
    left_on: Mapped[date | None]
    version: Mapped[int]
    created_at: Mapped[datetime]


class InstructorCertificate(Base):
    """A certificate of competence that an LSP issued to an instructor, as recorded here.

    `competences` are the trades and units that it proves; `valid_to` is its last day, open when
    None. It is revoked, never deleted.
    """

    __tablename__ = "instructor_certificate"
    __table_args__ = (
        UniqueConstraint("issuer", "number"),
        CheckConstraint("valid_to >= valid_from", name="period"),
        CheckConstraint("(revoked_on IS NULL) = (revoked_because IS NULL)", name="revoked"),
        Index("ix_instructor_certificate_instructor_id_valid_from_id", "instructor_id",
              "valid_from", "id"),
        Index("ix_instructor_certificate_issuer_id", "issuer_id"),
    )  # fmt: skip

    id: Mapped[UUID] = mapped_column(primary_key=True)
    instructor_id: Mapped[UUID] = mapped_column(ForeignKey("registry.instructor.id"))
    scheme: Mapped[str]
    number: Mapped[str] = mapped_column(String(100, collation="C"))
    issuer: Mapped[str]
    issuer_id: Mapped[UUID | None] = mapped_column(ForeignKey("registry.institution.id"))
    competences: Mapped[list[str]]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    revoked_on: Mapped[date | None]
    revoked_because: Mapped[str | None]
    created_at: Mapped[datetime]
