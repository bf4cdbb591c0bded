"""SQL tables of the copy of areas."""

from datetime import date, datetime

from sqlalchemy.orm import Mapped, mapped_column

from services.reporting.base import Base
from shared.schemas.registry import AreaLevel


class AreaName(Base):
    """A province or regency as it is called, or was called when it ceased to be `in_force`."""

    __tablename__ = "area_name"

    code: Mapped[str] = mapped_column(primary_key=True)
    level: Mapped[AreaLevel]
    name: Mapped[str]
    in_force: Mapped[bool]


class AreaLink(Base):
    """A code and what it became on a day, whether that day has come or not."""

    __tablename__ = "area_link"

    old_code: Mapped[str] = mapped_column(primary_key=True)
    valid_from: Mapped[date] = mapped_column(primary_key=True)
    new_code: Mapped[str] = mapped_column(primary_key=True)
    level: Mapped[AreaLevel]


class AreaLevelCopied(Base):
    """A level that has been copied in full, and when."""

    __tablename__ = "area_level_copied"

    level: Mapped[AreaLevel] = mapped_column(primary_key=True)
    areas: Mapped[int]
    copied_at: Mapped[datetime]
