"""SQL tables of programmes."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from services.enrollment.base import Base
from services.enrollment.programs.rules import SizeCriterion


class Program(Base):
    """A programme; whom it is for stands in its columns.

    `entrant_kinds` are values of EntrantKind, judged by `size_criterion` under `rule_version`.
    `area_codes` are provinces and regencies in which a participant must live; none is everywhere.
    """

    __tablename__ = "program"
    __table_args__ = (
        CheckConstraint("0 <= min_age AND min_age <= max_age", name="ages"),
        CheckConstraint("cardinality(entrant_kinds) > 0", name="entrant_kinds"),
        CheckConstraint("default_capacity > 0 AND default_reserve_capacity >= 0", name="defaults"),
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
    synthetic: Mapped[bool]
    version: Mapped[int]
    created_at: Mapped[datetime]
