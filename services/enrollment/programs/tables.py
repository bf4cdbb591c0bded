"""SQL tables of programmes."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from services.enrollment.base import Base
from services.enrollment.programs.rules import SizeCriterion


class Program(Base):
    """A programme; whom it is for stands in its columns.

    `entrant_kinds` are values of EntrantKind, judged by `size_criterion` under `rule_version`.
    `area_codes` are provinces and regencies in which a participant must live; none is everywhere.
    Who attends `min_attendance_percent` of the sessions, late by `late_minutes` at most, has
    attended enough; attendance is locked `attendance_lock_days` after a session has ended.
    `min_post_score` is asked of the test after the training, null being none.
    """

    __tablename__ = "program"
    __table_args__ = (
        CheckConstraint("0 <= min_age AND min_age <= max_age", name="ages"),
        CheckConstraint("cardinality(entrant_kinds) > 0", name="entrant_kinds"),
        CheckConstraint("default_capacity > 0 AND default_reserve_capacity >= 0", name="defaults"),
        CheckConstraint(
            "min_attendance_percent BETWEEN 0 AND 100 AND late_minutes >= 0"
            " AND attendance_lock_days >= 0",
            name="attendance",
        ),
        CheckConstraint("min_post_score BETWEEN 0 AND 100", name="min_post_score"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    owner_ministry: Mapped[str]
    co_ministry: Mapped[str | None]
    entrant_kinds: Mapped[list[str]]
    min_age: Mapped[int]
    max_age: Mapped[int]
    area_codes: Mapped[list[str]]
    size_criterion: Mapped[SizeCriterion]
    rule_version: Mapped[str]
    default_capacity: Mapped[int]
    default_reserve_capacity: Mapped[int]
    min_attendance_percent: Mapped[int] = mapped_column(server_default=text("80"))
    late_minutes: Mapped[int] = mapped_column(server_default=text("15"))
    attendance_lock_days: Mapped[int] = mapped_column(server_default=text("7"))
    min_post_score: Mapped[int | None]
    all_units_required: Mapped[bool] = mapped_column(server_default=text("false"))
    synthetic: Mapped[bool]
    version: Mapped[int]
    created_at: Mapped[datetime]
