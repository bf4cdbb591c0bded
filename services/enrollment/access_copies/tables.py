"""SQL table of access copies."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from services.enrollment.base import Base


class AccessCopy(Base):
    """All that was kept of a person when it was asked for, sealed under the person's key."""

    __tablename__ = "access_copy"
    __table_args__ = (Index("ix_access_copy_expires_at", "expires_at"),)

    participant_id: Mapped[UUID] = mapped_column(primary_key=True)
    request_id: Mapped[UUID] = mapped_column(primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
