"""SQL table of NIK corrections."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from services.enrollment.base import Base


class NikCorrection(Base):
    """That an office put a NIK right, and by which evidence.

    `sealed` is what was there before, NIK, birth date and sex, under the person's own key.
    `old_index` finds the claims that were under way beside the correction, until they are settled.
    """

    __tablename__ = "nik_correction"
    __table_args__ = (
        Index(
            "ix_nik_correction_unsettled",
            "corrected_at",
            postgresql_where=text("old_index IS NOT NULL"),
        ),
    )

    participant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    members: Mapped[list[str]]
    reason: Mapped[str]
    evidence_reference: Mapped[str]
    evidence_sha256: Mapped[str]
    corrected_by: Mapped[str]
    corrected_at: Mapped[datetime]
    old_index: Mapped[bytes | None] = mapped_column(LargeBinary(32))
