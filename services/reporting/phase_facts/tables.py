"""SQL table of the phases of programmes."""

from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.reporting.base import Base
from services.reporting.folding.rules import Source
from services.reporting.folding.tables import ROOM, live


class ProgramPhasesNow(Base):
    """The phases that a programme has, each with its kind and its first and last day."""

    __tablename__ = "program_phases_now"
    __table_args__ = ROOM

    generation: Mapped[int] = mapped_column(primary_key=True)
    program_id: Mapped[UUID] = mapped_column(primary_key=True)
    phases: Mapped[list[dict[str, Any]]] = mapped_column(JSONB(none_as_null=True))
    version: Mapped[int]


class LiveProgramPhases(Base):
    """What is read of phases."""

    __table__ = live(ProgramPhasesNow, Source.ENROLLMENT, owned=False)
