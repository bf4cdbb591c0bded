"""SQL tables of attendance counted."""

from datetime import date
from uuid import UUID

from sqlalchemy import BigInteger, Index
from sqlalchemy.orm import Mapped, mapped_column

from services.reporting.base import Base
from services.reporting.class_facts.tables import live_of_classes
from services.reporting.folding.tables import ROOM, Counted


class _Attendance(Counted):
    """What roll calls said of a class; `n` counts them."""

    class_id: Mapped[UUID]
    present: Mapped[int] = mapped_column(BigInteger)
    late: Mapped[int] = mapped_column(BigInteger)
    excused: Mapped[int] = mapped_column(BigInteger)
    absent: Mapped[int] = mapped_column(BigInteger)
    days: Mapped[int] = mapped_column(BigInteger)


class AttendanceSummary(_Attendance, Base):
    """Attendance by class."""

    __tablename__ = "attendance_summary"
    __table_args__ = (Index(None, "generation", "class_id"), ROOM)


class AttendanceCube(_Attendance, Base):
    """Attendance by class and by the day recorded."""

    __tablename__ = "attendance_cube"
    __table_args__ = (Index(None, "generation", "class_id"), ROOM)

    day: Mapped[date]


class LiveAttendanceSummary(Base):
    """What reports read of attendance, whatever the day."""

    __table__ = live_of_classes(AttendanceSummary)


class LiveAttendance(Base):
    """What reports read of attendance."""

    __table__ = live_of_classes(AttendanceCube)
