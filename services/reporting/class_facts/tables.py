"""SQL tables of classes counted."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Mapped

from services.reporting.base import Base
from services.reporting.folding.rules import Source
from services.reporting.folding.tables import ROOM, Counted, live
from shared.schemas.enrollment import ClassState
from shared.schemas.registry import FacilityKind, TimeZone


class ClassSummary(Counted, Base):
    """Classes by what the public may see of them."""

    __tablename__ = "class_summary"
    __table_args__ = ROOM

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


class LiveClassSummary(Base):
    """What public reports read of classes."""

    __table__ = live(ClassSummary, Source.ENROLLMENT, owned=True)


class LiveClasses(Base):
    """What reports read of classes."""

    __table__ = live(ClassCube, Source.ENROLLMENT, owned=True)
