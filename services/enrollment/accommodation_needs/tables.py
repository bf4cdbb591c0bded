"""SQL table of accommodation needs."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from services.enrollment.base import Base


class AccommodationNeed(Base):
    """Something that a person needs to take part: even its kind is sealed under the person's key.

    `consent_version` is the text that the person agreed to when it was recorded.
    """

    __tablename__ = "accommodation_need"

    participant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    consent_version: Mapped[str]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str]
