"""SQL table of merged facilities."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from services.enrollment.base import Base


class MergedFacility(Base):
    """A facility that the registry has merged, and the one that stays, as classes carry it.

    `stays` is a FacilityStays; `spaces` are those that have another name now, by id.
    """

    __tablename__ = "merged_facility"

    facility_id: Mapped[UUID] = mapped_column(primary_key=True)
    stays: Mapped[dict[str, Any]]
    spaces: Mapped[dict[str, Any]]
    merged_at: Mapped[datetime]
