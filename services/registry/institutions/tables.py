"""SQL table of institutions."""

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.base import Base
from services.registry.institutions.rules import InstitutionKind


class Institution(Base):
    """A ministry's unit, regional government, foundation, union, bank and so on.

    `parent_id` is the institution that it is a unit of; `ended_on` its last day.
    """

    __tablename__ = "institution"
    __table_args__ = (
        Index(
            "ix_institution_name_trgm",
            "name",
            postgresql_using="gin",
            postgresql_ops={"name": "gin_trgm_ops"},
        ),
        CheckConstraint("parent_id <> id", name="parent"),
        Index("ix_institution_kind_code", "kind", "code"),
        Index("ix_institution_ministry_code", "ministry", "code"),
        Index("ix_institution_province_code_code", "province_code", "code"),
        Index("ix_institution_regency_code_code", "regency_code", "code"),
        Index("ix_institution_parent_id_code", "parent_id", "code"),
    )
    __scope_columns__: ClassVar[dict[str, str]] = {"owner_ministry": "ministry"}

    id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40, collation="C"), unique=True)
    name: Mapped[str]
    kind: Mapped[InstitutionKind]
    ministry: Mapped[str | None]
    area_code: Mapped[str | None] = mapped_column(String(13, collation="C"))
    province_code: Mapped[str | None]
    regency_code: Mapped[str | None]
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("registry.institution.id"))
    ended_on: Mapped[date | None]
    version: Mapped[int]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
