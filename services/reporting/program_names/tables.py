"""SQL table of the names of programmes and waves."""

from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from services.reporting.base import Base
from services.reporting.folding.rules import Source
from services.reporting.folding.tables import ROOM, live


class ProgramName(Base):
    """What a programme or a wave is called by its latest event."""

    __tablename__ = "program_name"
    __table_args__ = ROOM

    generation: Mapped[int] = mapped_column(primary_key=True)
    named_id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    version: Mapped[int]


class LiveProgramNames(Base):
    """What is read of names."""

    __table__ = live(ProgramName, Source.ENROLLMENT, owned=False)
