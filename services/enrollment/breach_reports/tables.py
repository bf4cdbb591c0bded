"""SQL tables of breach reports."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.enrollment.base import Base
from services.enrollment.breach_reports.rules import BreachState


class BreachReport(Base):
    """A span of time and who is suspected: an actor, a device, or all logins of an issuer.

    `kinds` counts readings and changes by action and topic.
    """

    __tablename__ = "breach_report"
    __table_args__ = (
        CheckConstraint("until > since", name="span"),
        CheckConstraint("num_nonnulls(actor, device_id, issuer) = 1", name="named"),
        CheckConstraint("(state = 'SEARCHING') = (found_at IS NULL)", name="found"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    state: Mapped[BreachState]
    since: Mapped[datetime]
    until: Mapped[datetime]
    actor: Mapped[str | None]
    device_id: Mapped[UUID | None]
    issuer: Mapped[str | None]
    discovered_at: Mapped[datetime]
    due_at: Mapped[datetime]
    filed_by: Mapped[str]
    filed_at: Mapped[datetime]
    found_at: Mapped[datetime | None]
    people: Mapped[int]
    reads: Mapped[int]
    changes: Mapped[int]
    kinds: Mapped[dict[str, Any]] = mapped_column(JSONB)
    notified_at: Mapped[datetime | None]
    notified_by: Mapped[str | None]


class BreachSubject(Base):
    """A person whose data were read or changed in the span, and how often."""

    __tablename__ = "breach_subject"
    __table_args__ = (
        CheckConstraint("reads >= 0 AND changes >= 0", name="counts"),
        Index("ix_breach_subject_report_id", "report_id", "participant_id"),
    )

    participant_id: Mapped[UUID] = mapped_column(primary_key=True)
    report_id: Mapped[UUID] = mapped_column(primary_key=True)
    reads: Mapped[int]
    changes: Mapped[int]
