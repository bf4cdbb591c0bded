"""SQL table of phases."""

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, func, literal_column
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from services.enrollment.base import Base
from services.enrollment.program_phases.rules import PhaseKind


class ProgramPhase(Base):
    """A phase of a programme, both days included; two of one kind never overlap."""

    __tablename__ = "program_phase"
    __table_args__ = (
        CheckConstraint("starts_on <= ends_on", name="period"),
        ExcludeConstraint(
            ("program_id", "="),
            ("kind", "="),
            (
                func.daterange(
                    literal_column("starts_on"), literal_column("ends_on"), literal_column("'[]'")
                ),
                "&&",
            ),
            using="gist",
            name="ex_program_phase_kind",
        ),
    )

    program_id: Mapped[UUID] = mapped_column(ForeignKey("enrollment.program.id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[PhaseKind]
    name: Mapped[str]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
