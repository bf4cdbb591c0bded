"""SQL tables of classes counted."""

from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import Index, Subquery, and_, select, text
from sqlalchemy.orm import Mapped, mapped_column

from services.reporting.base import Base
from services.reporting.folding.rules import Source
from services.reporting.folding.tables import ROOM, Counted, Fold, live, mapped_table
from services.reporting.programs.tables import Program
from shared.schemas.enrollment import ClassState
from shared.schemas.registry import FacilityKind, TimeZone


class ClassSummary(Counted, Base):
    """Classes by what the public may see of them."""

    __tablename__ = "class_summary"
    __table_args__ = (Index(None, "generation", "wave_id"), ROOM)

    program_id: Mapped[UUID]
    wave_id: Mapped[UUID]
    province_code: Mapped[str]
    time_zone: Mapped[TimeZone]
    host_ministry: Mapped[str]
    starts_at: Mapped[datetime]
    state: Mapped[ClassState]


class ClassCube(Counted, Base):
    """Classes by cell and by the day recorded."""

    __tablename__ = "class_cube"
    __table_args__ = ROOM

    day: Mapped[date]
    program_id: Mapped[UUID]
    wave_id: Mapped[UUID]
    facility_id: Mapped[UUID]
    province_code: Mapped[str]
    regency_code: Mapped[str]
    time_zone: Mapped[TimeZone]
    facility_kind: Mapped[FacilityKind]
    host_ministry: Mapped[str]
    starts_at: Mapped[datetime]
    state: Mapped[ClassState]
    trade: Mapped[str] = mapped_column(server_default=text("''"))


class ClassNow(Base):
    """The latest that the ledger says of a class; `code` is empty until an event tells it."""

    __tablename__ = "class_now"
    __table_args__ = (Index(None, "generation", "facility_id"), ROOM)

    generation: Mapped[int] = mapped_column(primary_key=True)
    class_id: Mapped[UUID] = mapped_column(primary_key=True)
    program_id: Mapped[UUID]
    wave_id: Mapped[UUID]
    facility_id: Mapped[UUID]
    province_code: Mapped[str]
    regency_code: Mapped[str]
    time_zone: Mapped[TimeZone]
    facility_kind: Mapped[FacilityKind]
    host_ministry: Mapped[str]
    starts_at: Mapped[datetime]
    state: Mapped[ClassState]
    trade: Mapped[str]
    capacity: Mapped[int]
    code: Mapped[str]
    label: Mapped[str]
    version: Mapped[int]


class LiveClassSummary(Base):
    """What public reports read of classes."""

    __table__ = live(ClassSummary, Source.ENROLLMENT, owned=True)


class LiveClasses(Base):
    """What reports read of classes."""

    __table__ = live(ClassCube, Source.ENROLLMENT, owned=True)


class LiveClassNow(Base):
    """What is read of single classes."""

    __table__ = live(ClassNow, Source.ENROLLMENT, owned=True)


# What rows that name a class are cut by.
_OF_CLASS: Final = (
    "program_id",
    "wave_id",
    "facility_id",
    "province_code",
    "regency_code",
    "time_zone",
    "facility_kind",
    "host_ministry",
    "trade",
    "starts_at",
)


def live_of_classes(mapped: type[Base]) -> Subquery:
    """Return the rows of a table by class that reports read, with what is known of each class.

    They stand where their class stands now; `class_state` is what has become of it.
    """
    table, classes = mapped_table(mapped), mapped_table(ClassNow)
    generation = select(Fold.generation).where(Fold.source == Source.ENROLLMENT).scalar_subquery()
    return (
        select(
            table,
            *(classes.c[name] for name in _OF_CLASS),
            classes.c.state.label("class_state"),
            Program.owner_ministry,
            Program.co_ministry,
        )
        .join(
            classes,
            and_(
                classes.c.generation == table.c.generation,
                classes.c.class_id == table.c.class_id,
            ),
        )
        .outerjoin(Program, Program.id == classes.c.program_id)
        .where(table.c.generation == generation)
        .subquery()
    )
