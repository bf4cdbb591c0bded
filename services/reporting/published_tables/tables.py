"""SQL table of editions."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from services.reporting.base import Base


class PublishedEdition(Base):
    """One edition of a published table: the bytes that everybody reads, and their hash.

    `day` is the day in Jakarta on which it was published; `as_of` the moment up to which its
    figures are complete.
    """

    __tablename__ = "published_edition"
    __table_args__ = (
        UniqueConstraint("code", "edition"),
        Index("ix_published_edition_code_day", "code", "day"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str]
    edition: Mapped[int]
    day: Mapped[date]
    as_of: Mapped[datetime | None]
    published_at: Mapped[datetime]
    published_by: Mapped[str]
    body: Mapped[bytes]
    sha256: Mapped[str]
    rows: Mapped[int]
    suppressed: Mapped[int]
    synthetic: Mapped[bool]
