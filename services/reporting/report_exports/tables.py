"""SQL table of ordered reports."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, LargeBinary, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.reporting.base import Base
from services.reporting.formats.rules import ReportFormat


class ReportExport(Base):
    """A report that somebody ordered as a file; its id is that of the job that writes it.

    `cut` holds what was asked and how far the asker reached at that moment.
    """

    __tablename__ = "report_export"
    __table_args__ = (
        Index("ix_report_export_expires_at", "expires_at"),
        Index("ix_report_export_asked_by_created_at_id", "asked_by", "created_at", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    report: Mapped[str]
    format: Mapped[ReportFormat]
    cut: Mapped[dict[str, Any]]
    asked_by: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    expires_at: Mapped[datetime]
    file_name: Mapped[str | None]
    content: Mapped[bytes | None] = mapped_column(LargeBinary)
    standing: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
