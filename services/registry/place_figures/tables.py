"""SQL table of what figures were told."""

from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.base import Base
from services.registry.place_figures.rules import Told


class ToldFigures(Base):
    """What the events of a facility or an agreement add up to; `version` counts them."""

    __tablename__ = "told_figures"

    told: Mapped[Told] = mapped_column(primary_key=True)
    subject_id: Mapped[UUID] = mapped_column(primary_key=True)
    figures: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    version: Mapped[int]
