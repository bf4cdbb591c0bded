"""What enrollment says to the other services."""

from shared.schemas.enrollment.applications import (
    ApplicationChannel,
    ApplicationDocumentMoved,
    ApplicationMoved,
    ApplicationState,
)
from shared.schemas.enrollment.notices import NoticeRetried
from shared.schemas.enrollment.people import AgeBand, EntrantKind, ParticipantRegistered, Sex
from shared.schemas.enrollment.planning import (
    ClassFunded,
    ClassRescheduled,
    PhaseSpan,
    ProgramChanged,
    ProgramPhasesChanged,
    ProgramTeamChanged,
    WaveCancelled,
    WaveChanged,
    WaveDecided,
)
from shared.schemas.enrollment.programs import ProgramPublished, WavePublished
from shared.schemas.enrollment.seats import (
    HOLDS_SEAT,
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
    "HOLDS_SEAT",
    "AgeBand",
    "ApplicationChannel",
    "ApplicationDocumentMoved",
    "ApplicationMoved",
    "ApplicationState",
    "AttendanceRecorded",
    "ClassCell",
    "ClassFunded",
    "ClassMoved",
    "ClassRescheduled",
    "ClassState",
    "EnrollmentCell",
    "EnrollmentMoved",
    "EnrollmentState",
    "EntrantKind",
    "NoticeRetried",
    "ParticipantRegistered",
    "PhaseSpan",
    "Presence",
    "ProgramChanged",
    "ProgramPhasesChanged",
    "ProgramPublished",
    "ProgramTeamChanged",
    "Sex",
    "Topic",
    "WaveCancelled",
    "WaveChanged",
    "WaveDecided",
    "WavePublished",
]
