"""SQL tables of openings."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from services.enrollment.base import Base


class Opening(Base):
    """The report that a class has started, with the counts of its roll call."""

    __tablename__ = "opening"
    __table_args__ = (
        CheckConstraint("present >= 0 AND absent >= 0", name="counts"),
        CheckConstraint("started_at <= reported_at", name="reported"),
    )

    class_id: Mapped[UUID] = mapped_column(ForeignKey("enrollment.class.id"), primary_key=True)
    started_at: Mapped[datetime]
    reported_at: Mapped[datetime]
    reported_by: Mapped[str]
    present: Mapped[int]
    absent: Mapped[int]
