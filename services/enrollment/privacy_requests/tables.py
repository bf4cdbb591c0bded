"""SQL table of requests for privacy."""

from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.enrollment.base import Base
from services.enrollment.participants.rules import Purpose
from services.enrollment.privacy_requests.rules import (
    RefusalReason,
    RequestChannel,
    RequestKind,
    RequestState,
)

_OPEN = "state IN ('RECEIVED', 'IN_PROGRESS')"


class PrivacyRequest(Base):
    """What a person asks of the data that are kept, and what was done.

    `steps` are {service, what, rows, at}, as each service has said. `receipt` is the statement that
    is kept, `receipt_sha256` its digest; it names no person. `again_on` is from when a refused
    erasure may be asked for again.
    """

    __tablename__ = "privacy_request"
    __scope_columns__: ClassVar[dict[str, str]] = {
        "province_code": "home_province_code",
        "regency_code": "home_regency_code",
    }
    __table_args__ = (
        CheckConstraint(f"({_OPEN}) = (closed_at IS NULL)", name="closed"),
        CheckConstraint("(closed_at IS NULL) = (receipt IS NULL)", name="receipt"),
        CheckConstraint("(state = 'REFUSED') = (refused_because IS NOT NULL)", name="refused"),
        CheckConstraint("(channel = 'OFFICE') = (paper_sha256 IS NOT NULL)", name="paper"),
        Index("uq_privacy_request_id", "id", unique=True),
        Index(
            "uq_privacy_request_open",
            "participant_id",
            "kind",
            unique=True,
            postgresql_where=text(_OPEN),
        ),
        Index("ix_privacy_request_due", "due_at", "id", postgresql_where=text(_OPEN)),
        Index("ix_privacy_request_all", "due_at", "id"),
        Index("ix_privacy_request_province", "home_province_code", "due_at", "id"),
        Index("ix_privacy_request_regency", "home_regency_code", "due_at", "id"),
    )

    participant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[RequestKind]
    state: Mapped[RequestState]
    channel: Mapped[RequestChannel]
    purpose: Mapped[Purpose | None]
    consent_version: Mapped[str | None]
    members: Mapped[list[str]]
    paper_reference: Mapped[str | None]
    paper_sha256: Mapped[str | None]
    home_province_code: Mapped[str]
    home_regency_code: Mapped[str]
    filed_by: Mapped[str]
    received_at: Mapped[datetime]
    due_at: Mapped[datetime]
    taken_on_at: Mapped[datetime | None]
    taken_on_by: Mapped[str | None]
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[str | None]
    refused_because: Mapped[RefusalReason | None]
    again_on: Mapped[date | None]
    steps: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    receipt: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    receipt_sha256: Mapped[str | None]
    version: Mapped[int]
