"""SQL tables of samples."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from services.enrollment.base import Base


class Sample(Base):
    """A sample: of a wave, or of a whole programme where `wave_id` is null.

    `population` counts the enrollments that arrived until `arrived_until`.
    """

    __tablename__ = "sample"
    __table_args__ = (
        CheckConstraint("n > 0 AND population >= 0", name="counts"),
        CheckConstraint("arrived_until <= drawn_at", name="arrived_until"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    program_id: Mapped[UUID] = mapped_column(ForeignKey("enrollment.program.id"))
    wave_id: Mapped[UUID | None] = mapped_column(ForeignKey("enrollment.wave.id"))
    n: Mapped[int]
    seed: Mapped[str]
    population: Mapped[int]
    arrived_until: Mapped[datetime]
    drawn_by: Mapped[str]
    drawn_at: Mapped[datetime]


class SampleMember(Base):
    """One enrollment that was drawn; `position` counts from 1 by `ticket`.

    There is no foreign key to the enrollment: it is keyed by its class, the sample is not.
    """

    __tablename__ = "sample_member"
    __table_args__ = (
        CheckConstraint("position > 0", name="position"),
        CheckConstraint("octet_length(ticket) = 32", name="ticket"),
    )

    sample_id: Mapped[UUID] = mapped_column(ForeignKey("enrollment.sample.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    class_id: Mapped[UUID]
    enrollment_id: Mapped[UUID]
    ticket: Mapped[bytes] = mapped_column(LargeBinary(32))
