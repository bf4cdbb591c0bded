"""What enrollment says to the other services."""

from shared.schemas.enrollment.notices import NoticeRetried
from shared.schemas.enrollment.people import AgeBand, EntrantKind, ParticipantRegistered, Sex
from shared.schemas.enrollment.programs import ProgramPublished, WavePublished
from shared.schemas.enrollment.seats import (
    AttendanceRecorded,
    ClassCell,
    ClassMoved,
    ClassState,
    EnrollmentCell,
    EnrollmentMoved,
    EnrollmentState,
    Presence,
)
from shared.schemas.enrollment.topics import Topic

__all__ = [
    "AgeBand",
    "AttendanceRecorded",
    "ClassCell",
    "ClassMoved",
    "ClassState",
    "EnrollmentCell",
    "EnrollmentMoved",
    "EnrollmentState",
    "EntrantKind",
    "NoticeRetried",
    "ParticipantRegistered",
    "Presence",
    "ProgramPublished",
    "Sex",
    "Topic",
    "WavePublished",
]
