"""SQL tables of the area copy."""

from datetime import datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from services.enrollment.base import Base
from shared.schemas.registry import AreaLevel, TimeZone


class AreaCopy(Base):
    """One area as the registry publishes it; `time_zone` is given from the regency down."""

    __tablename__ = "area_copy"
    __table_args__ = (Index("ix_area_copy_level", "level", "code"),)

    code: Mapped[str] = mapped_column(primary_key=True)
    level: Mapped[AreaLevel]
    name: Mapped[str]
    parent_code: Mapped[str | None]
    time_zone: Mapped[TimeZone | None]


class AreaLevelCopied(Base):
    """A level that has been copied in full, and when."""

    __tablename__ = "area_level_copied"

    level: Mapped[AreaLevel] = mapped_column(primary_key=True)
    areas: Mapped[int]
    copied_at: Mapped[datetime]
