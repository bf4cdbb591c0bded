"""SQL tables of snapshots, and of the keys that signed them."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from services.reporting.base import Base
from services.reporting.snapshots.rules import SnapshotState


class SnapshotKey(Base):
    """The public half of a key that has signed a snapshot, kept for good."""

    __tablename__ = "snapshot_key"

    kid: Mapped[str] = mapped_column(primary_key=True)
    jwk: Mapped[dict[str, Any]]
    first_used_at: Mapped[datetime]


class Snapshot(Base):
    """The figures of a period as they were known at `taken_at`: their bytes, hash and signature.

    One that was revised stays, and `replaced_by_id` says by which, which says for what `reason`.
    """

    __tablename__ = "snapshot"
    __table_args__ = (
        CheckConstraint("period_to >= period_from", name="period"),
        CheckConstraint(
            "(state = 'ORDERED') = (body IS NULL) AND (body IS NULL) = (sha256 IS NULL)"
            " AND (body IS NULL) = (signature IS NULL) AND (body IS NULL) = (key_id IS NULL)",
            name="frozen",
        ),
        CheckConstraint(
            "(state IN ('PUBLISHED', 'REPLACED')) = (published_at IS NOT NULL)", name="published"
        ),
        CheckConstraint("(state = 'REPLACED') = (replaced_by_id IS NOT NULL)", name="replaced"),
        CheckConstraint("(revises_id IS NULL) = (reason IS NULL)", name="revision"),
        Index("ix_snapshot_revises_id", "revises_id"),
        Index("ix_snapshot_period_to", "period_to", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    title: Mapped[str]
    period_from: Mapped[date]
    period_to: Mapped[date]
    taken_at: Mapped[datetime]
    state: Mapped[SnapshotState]
    job_id: Mapped[UUID | None]
    body: Mapped[bytes | None] = mapped_column(deferred=True)
    sha256: Mapped[str | None]
    signature: Mapped[str | None]
    key_id: Mapped[str | None] = mapped_column(ForeignKey("reporting.snapshot_key.kid"))
    synthetic: Mapped[bool | None]
    revises_id: Mapped[UUID | None] = mapped_column(ForeignKey("reporting.snapshot.id"))
    reason: Mapped[str | None]
    replaced_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("reporting.snapshot.id"))
    ordered_by: Mapped[str]
    ordered_at: Mapped[datetime]
    frozen_at: Mapped[datetime | None]
    published_at: Mapped[datetime | None]
    version: Mapped[int]
