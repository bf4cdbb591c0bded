"""SQL table of completion decisions, of a class: the class comes first in the key."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.enrollment.base import Base
from services.enrollment.completions.rules import Ending, Outcome


class CompletionDecision(Base):
    """How the training ended for one person, what the rule said, and why against it.

    `rule` is the programme's rule as it was, `reasons` are codes of why the person had not passed.
    """

    __tablename__ = "completion_decision"
    __table_args__ = (
        ForeignKeyConstraint(
            ["class_id", "enrollment_id"],
            ["enrollment.enrollment.class_id", "enrollment.enrollment.id"],
        ),
        CheckConstraint("followed OR reason IS NOT NULL", name="reason"),
    )

    class_id: Mapped[UUID] = mapped_column(primary_key=True)
    enrollment_id: Mapped[UUID] = mapped_column(primary_key=True)
    outcome: Mapped[Outcome]
    reasons: Mapped[list[str]]
    rule: Mapped[dict[str, Any]] = mapped_column(JSONB)
    ending: Mapped[Ending]
    followed: Mapped[bool]
    reason: Mapped[str | None]
    decided_at: Mapped[datetime]
    decided_by: Mapped[str]
