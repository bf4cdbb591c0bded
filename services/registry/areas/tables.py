"""SQL tables of areas: a copy of idn-area-data (ODbL 1.0), and what decrees made of them."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.areas.rules import AreaChangeKind
from services.registry.base import Base
from shared.schemas.registry import AreaLevel, TimeZone


class Area(Base):
    """One area as one list named it; `valid_to` is the first day on which it no longer holds.

    Other tables store the code without a foreign key: codes outlive the rows that explain them.
    Codes are compared byte by byte, so that `33.73` sorts right before `33.73.01`.
    """

    __tablename__ = "area"
    __table_args__ = (
        CheckConstraint("valid_to > valid_from", name="validity"),
        # The code as a number: five times as fast to load as its text, and look-ups by code keep to
        # the primary key.
        ExcludeConstraint(
            (text("CAST(replace(code, '.', '') AS bigint)"), "="),
            (text("daterange(valid_from, valid_to)"), "&&"),
            using="gist",
            name="ex_area_validity",
        ),
        Index("uq_area_present", "code", unique=True, postgresql_where=text("valid_to IS NULL")),
        Index("ix_area_parent_code", "parent_code", "code"),
        Index("ix_area_level_code", "level", "code"),
        Index(
            "ix_area_name_trgm",
            "name",
            postgresql_using="gin",
            postgresql_ops={"name": "gin_trgm_ops"},
        ),
    )

    code: Mapped[str] = mapped_column(String(13, collation="C"), primary_key=True)
    valid_from: Mapped[date] = mapped_column(primary_key=True)
    valid_to: Mapped[date | None]
    level: Mapped[AreaLevel]
    name: Mapped[str]
    parent_code: Mapped[str | None] = mapped_column(String(13, collation="C"))
    time_zone: Mapped[TimeZone | None]
    decree: Mapped[str] = mapped_column(server_default="")


class AreaChange(Base):
    """What one decree did to some areas; `areas` counts their codes, those below included.

    `applied_at` is when it had come into force and the other services were told.
    """

    __tablename__ = "area_change"
    __table_args__ = (Index("ix_area_change_valid_from_id", "valid_from", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[AreaChangeKind]
    decree: Mapped[str]
    valid_from: Mapped[date]
    from_codes: Mapped[list[str]]
    to_codes: Mapped[list[str]]
    areas: Mapped[int]
    job_id: Mapped[UUID]
    created_at: Mapped[datetime]
    applied_at: Mapped[datetime | None]


class AreaSuccessor(Base):
    """What became of one code on one day; a code that stays in a split succeeds itself too."""

    __tablename__ = "area_successor"
    __table_args__ = (
        Index(None, "old_code", "valid_from", "new_code"),
        Index("ix_area_successor_new_code_valid_from", "new_code", "valid_from"),
    )

    change_id: Mapped[UUID] = mapped_column(ForeignKey("registry.area_change.id"), primary_key=True)
    old_code: Mapped[str] = mapped_column(String(13, collation="C"), primary_key=True)
    new_code: Mapped[str] = mapped_column(String(13, collation="C"), primary_key=True)
    valid_from: Mapped[date]
