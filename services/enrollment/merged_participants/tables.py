"""SQL table of merged participants."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from services.enrollment.base import Base


class MergedParticipant(Base):
    """That the id `old_id` stands for the person `participant_id`, who is there.

    `nik_index` is of the NIK that was given up in the merge: its claim leads to the same person, so
    that nobody registers with it again.
    """

    __tablename__ = "merged_participant"
    __table_args__ = (
        CheckConstraint("old_id <> participant_id", name="other"),
        CheckConstraint("octet_length(nik_index) = 32", name="nik_index"),
        Index("ix_merged_participant_participant_id", "participant_id"),
    )

    old_id: Mapped[UUID] = mapped_column(primary_key=True)
    participant_id: Mapped[UUID]
    nik_index: Mapped[bytes] = mapped_column(LargeBinary(32))
    merged_at: Mapped[datetime]
