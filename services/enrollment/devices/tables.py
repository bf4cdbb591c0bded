"""SQL table of devices."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from services.enrollment.base import Base


class Device(Base):
    """A phone or computer that works without a network, and whose it is.

    `owner` is the login as it stands in events; `skew_ms` is by how much its clock was ahead of
    ours when it was last heard of.
    """

    __tablename__ = "device"
    __table_args__ = (
        CheckConstraint("(revoked_at IS NULL) = (revoked_by IS NULL)", name="revoked"),
        Index("ix_device_owner", "owner", "id"),
        Index("ix_device_facility", "facility_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    owner: Mapped[str]
    label: Mapped[str]
    facility_id: Mapped[UUID | None]
    registered_at: Mapped[datetime]
    last_seen_at: Mapped[datetime | None]
    skew_ms: Mapped[int | None]
    revoked_at: Mapped[datetime | None]
    revoked_by: Mapped[str | None]
    version: Mapped[int]
