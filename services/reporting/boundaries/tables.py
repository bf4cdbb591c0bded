"""SQL tables of boundaries."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from services.reporting.base import Base
from shared.schemas.registry import AreaLevel


class BoundaryList(Base):
    """The list of boundaries of a level that holds, where it is from, and when it was loaded."""

    __tablename__ = "boundary_list"

    level: Mapped[AreaLevel] = mapped_column(primary_key=True)
    list_id: Mapped[UUID]
    source: Mapped[str]
    licence: Mapped[str]
    areas: Mapped[int]
    loaded_at: Mapped[datetime]


class AreaBoundary(Base):
    """An area of a list: its boundary as the file had it, and as a screen shows it."""

    __tablename__ = "area_boundary"

    list_id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    exact: Mapped[dict[str, Any]]
    outline: Mapped[dict[str, Any]]
