"""SQL table of contacts."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.base import Base
from services.registry.facilities.tables import OfFacility, follows_facility


class FacilityContact(OfFacility, Base):
    """A person who answers for a facility; deleted for good when she no longer does."""

    __tablename__ = "facility_contact"
    __table_args__ = (
        follows_facility("fk_facility_contact_facility"),
        CheckConstraint("phone IS NOT NULL OR email IS NOT NULL", name="reachable"),
        Index("ix_facility_contact_facility_id_id", "facility_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    role: Mapped[str]
    phone: Mapped[str | None]
    email: Mapped[str | None]
    version: Mapped[int]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
