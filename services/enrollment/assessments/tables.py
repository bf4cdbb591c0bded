"""SQL tables of assessments; those of a class, so that the class comes first in every key."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.enrollment.base import Base


class AssessmentSheet(Base):
    """All assessments of one class, as of `version`.

    `units` are those of the class's module, {code, title}, copied from the registry when the first
    unit was judged; null before.
    """

    __tablename__ = "assessment_sheet"

    class_id: Mapped[UUID] = mapped_column(ForeignKey("enrollment.class.id"), primary_key=True)
    units: Mapped[list[dict[str, Any]] | None] = mapped_column(JSONB(none_as_null=True))
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str]
    version: Mapped[int]


class Assessment(Base):
    """What was said of one person's learning.

    `units` maps the code of a unit to whether the person is competent; `remedials` is a list of
    {taken_on, score, units}.
    """

    __tablename__ = "assessment"
    __table_args__ = (
        ForeignKeyConstraint(["class_id"], ["enrollment.assessment_sheet.class_id"]),
        ForeignKeyConstraint(
            ["class_id", "enrollment_id"],
            ["enrollment.enrollment.class_id", "enrollment.enrollment.id"],
        ),
        CheckConstraint(
            "coalesce(pre_score, 0) BETWEEN 0 AND 100"
            " AND coalesce(post_score, 0) BETWEEN 0 AND 100",
            name="scores",
        ),
    )

    class_id: Mapped[UUID] = mapped_column(primary_key=True)
    enrollment_id: Mapped[UUID] = mapped_column(primary_key=True)
    pre_score: Mapped[int | None]
    post_score: Mapped[int | None]
    units: Mapped[dict[str, Any]] = mapped_column(JSONB)
    remedials: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)


class AssessmentCorrection(Base):
    """What a class's assessments said before they were changed: `version` is what was replaced.

    `replaced` lists what was said of those whom the change names: {enrollment_id, pre_score,
    post_score, units, remedials}, or the id alone of whom nothing had been said.
    """

    __tablename__ = "assessment_correction"
    __table_args__ = (ForeignKeyConstraint(["class_id"], ["enrollment.assessment_sheet.class_id"]),)

    class_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str]
    replaced: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    corrected_at: Mapped[datetime]
    corrected_by: Mapped[str]
    reason: Mapped[str | None]
