"""SQL table of areas: a copy of idn-area-data (ODbL 1.0), kept apart from Balai's own data."""

from datetime import date

from sqlalchemy import CheckConstraint, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

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
