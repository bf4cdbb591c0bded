"""SQL tables of engagements."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import TSTZRANGE, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.base import Base


class Engagement(Base):
    """What one class engages instructors for; its row is locked while they are chosen."""

    __tablename__ = "engagement"
    __table_args__ = (
        Index("ix_engagement_facility_id", "facility_id"),
        Index("ix_engagement_module_id", "module_id"),
    )

    class_id: Mapped[UUID] = mapped_column(primary_key=True)
    facility_id: Mapped[UUID] = mapped_column(ForeignKey("registry.facility.id"))
    module_id: Mapped[UUID] = mapped_column(ForeignKey("registry.module.id"))
    version: Mapped[int]
    created_at: Mapped[datetime]


class EngagementSlot(Base):
    """One session for which an instructor is engaged; nobody teaches two at a time."""

    __tablename__ = "engagement_slot"
    __table_args__ = (
        ExcludeConstraint(
            ("instructor_id", "="),
            ("during", "&&"),
            using="gist",
            name="ex_engagement_slot_instructor",
        ),
        CheckConstraint("NOT isempty(during)", name="during"),
        Index("ix_engagement_slot_instructor_id_start", "instructor_id", text("lower(during)")),
    )

    class_id: Mapped[UUID] = mapped_column(
        ForeignKey("registry.engagement.class_id"), primary_key=True
    )
    instructor_id: Mapped[UUID] = mapped_column(
        ForeignKey("registry.instructor.id"), primary_key=True
    )
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    during: Mapped[Range[datetime]] = mapped_column(TSTZRANGE)
