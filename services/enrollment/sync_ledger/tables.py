"""SQL table of what devices told later."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from services.enrollment.base import Base
from services.enrollment.sync_ledger.rules import Verdict


class SyncChange(Base):
    """A change that a device sent, and the verdict on it; what it says of people is not kept.

    `subject` names what it changes, `makes` the id that the device gave to what it made: both find
    the later changes that build upon it. `fingerprint` tells another change under the same id from
    the same one. `made_at` is by the device's clock, which was `skew_ms` ahead of ours.
    """

    __tablename__ = "sync_change"
    __table_args__ = (
        Index("ix_sync_change_subject", "device_id", "subject"),
        Index("ix_sync_change_makes", "device_id", "makes"),
        Index("ix_sync_change_received_at", "received_at"),
    )

    device_id: Mapped[UUID] = mapped_column(ForeignKey("enrollment.device.id"), primary_key=True)
    change_id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    fingerprint: Mapped[bytes] = mapped_column(LargeBinary(32))
    subject: Mapped[str]
    makes: Mapped[UUID | None]
    base_version: Mapped[int | None]
    made_at: Mapped[datetime]
    received_at: Mapped[datetime]
    skew_ms: Mapped[int]
    verdict: Mapped[Verdict]
    answer: Mapped[dict[str, Any]]
