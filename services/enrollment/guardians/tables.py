"""SQL table of guardians."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from services.enrollment.base import Base


class Guardian(Base):
    """Who answers for a minor: name, relation and contact under the minor's key.

    `consent_version` is the text that the guardian agreed to; one who has ended stays as evidence.
    """

    __tablename__ = "guardian"

    participant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    consent_version: Mapped[str]
    consented_at: Mapped[datetime]
    recorded_by: Mapped[str]
    ended_at: Mapped[datetime | None]
