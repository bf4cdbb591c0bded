"""SQL tables of attendance; those of a class, so that the class comes first in every key."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.enrollment.base import Base
from services.enrollment.sheets.rules import AttendanceStatus, NoteCode


class Sheet(Base):
    """The roll call of one session, with its counts.

    `taken_at` is when the roll was called, `received_at` when it was told to us: a device without
    a network tells it later, and says which device it is. `days` is what it added to the days that
    count for the payer when it was told last: those of one local day add up to the people who
    attended anything on it.
    """

    __tablename__ = "attendance_sheet"
    __table_args__ = (
        ForeignKeyConstraint(
            ["class_id", "position"],
            ["enrollment.class_session.class_id", "enrollment.class_session.position"],
        ),
        CheckConstraint(
            "present >= 0 AND late >= 0 AND excused >= 0 AND absent >= 0", name="counts"
        ),
        CheckConstraint("taken_at <= received_at", name="taken"),
    )

    class_id: Mapped[UUID] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    taken_at: Mapped[datetime]
    received_at: Mapped[datetime]
    recorded_by: Mapped[str]
    device_id: Mapped[str | None]
    present: Mapped[int]
    late: Mapped[int]
    excused: Mapped[int]
    absent: Mapped[int]
    version: Mapped[int]
    days: Mapped[int] = mapped_column(server_default=text("0"))


class SheetEntry(Base):
    """What a roll call said of one person; there is none of whom nothing was said."""

    __tablename__ = "attendance_entry"
    __table_args__ = (
        ForeignKeyConstraint(
            ["class_id", "position"],
            ["enrollment.attendance_sheet.class_id", "enrollment.attendance_sheet.position"],
        ),
        ForeignKeyConstraint(
            ["class_id", "enrollment_id"],
            ["enrollment.enrollment.class_id", "enrollment.enrollment.id"],
        ),
        CheckConstraint("minutes_late IS NULL OR status = 'LATE'", name="minutes_late"),
    )

    class_id: Mapped[UUID] = mapped_column(primary_key=True)
    enrollment_id: Mapped[UUID] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    status: Mapped[AttendanceStatus]
    minutes_late: Mapped[int | None]
    note_code: Mapped[NoteCode | None]


class SheetCorrection(Base):
    """What a sheet said before it was corrected: `version` is the one that was replaced.

    `replaced` lists what was said of those whom the correction names: {enrollment_id, status,
    minutes_late, note_code}, or the id alone of whom nothing had been said.
    """

    __tablename__ = "attendance_correction"
    __table_args__ = (
        ForeignKeyConstraint(
            ["class_id", "position"],
            ["enrollment.attendance_sheet.class_id", "enrollment.attendance_sheet.position"],
        ),
    )

    class_id: Mapped[UUID] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    taken_at: Mapped[datetime]
    received_at: Mapped[datetime]
    recorded_by: Mapped[str]
    device_id: Mapped[str | None]
    replaced: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    corrected_at: Mapped[datetime]
    corrected_by: Mapped[str]
    reason: Mapped[str | None]
