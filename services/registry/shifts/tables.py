"""SQL table of shifts."""

from datetime import datetime, time
from uuid import UUID

from sqlalchemy import CheckConstraint, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.base import Base
from services.registry.facilities.tables import OfFacility, follows_facility


class FacilityShift(OfFacility, Base):
    """A part of the day, in the facility's own time, and how many it takes then.

    Shifts may overlap: FULL_DAY stands beside MORNING and AFTERNOON.
    """

    __tablename__ = "facility_shift"
    __table_args__ = (
        follows_facility("fk_facility_shift_facility"),
        UniqueConstraint("facility_id", "name"),
        CheckConstraint("ends > starts", name="hours"),
        CheckConstraint("capacity > 0", name="capacity"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(40, collation="C"))
    starts: Mapped[time]
    ends: Mapped[time]
    capacity: Mapped[int]
    version: Mapped[int]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
