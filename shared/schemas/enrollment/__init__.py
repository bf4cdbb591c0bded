"""What enrollment says to the other services."""

from shared.schemas.enrollment.applications import (
    ApplicationChannel,
    ApplicationDocumentMoved,
    ApplicationMoved,
    ApplicationState,
)
from shared.schemas.enrollment.certificates import (
    AssessmentsRecorded,
    CertificateCell,
    CertificateKind,
    CertificateMoved,
    CertificateState,
    CompletionDecided,
    VerificationState,
)
from shared.schemas.enrollment.devices import DeviceRegistered, DeviceRevoked
from shared.schemas.enrollment.notices import NoticeRetried
from shared.schemas.enrollment.people import AgeBand, EntrantKind, ParticipantRegistered, Sex
from shared.schemas.enrollment.persons import (
    BusinessStated,
    ContactVerified,
    ExternalRefMoved,
    GuardianMoved,
    LoginBound,
    NeedMoved,
    NikCorrected,
    ParticipantChanged,
)
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
from shared.schemas.enrollment.quotas import WaveQuotaSet, WaveQuotasSet
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
from shared.schemas.enrollment.selections import (
    ScoreGiven,
    SelectionCriteriaStated,
    SelectionMoved,
    SelectionState,
)
from shared.schemas.enrollment.topics import Topic

__all__ = [
    "HOLDS_SEAT",
    "AgeBand",
    "ApplicationChannel",
    "ApplicationDocumentMoved",
    "ApplicationMoved",
    "ApplicationState",
    "AssessmentsRecorded",
    "AttendanceRecorded",
    "BusinessStated",
    "CertificateCell",
    "CertificateKind",
    "CertificateMoved",
    "CertificateState",
    "ClassCell",
    "ClassFunded",
    "ClassMoved",
    "ClassRescheduled",
    "ClassState",
    "CompletionDecided",
    "ContactVerified",
    "DeviceRegistered",
    "DeviceRevoked",
    "EnrollmentCell",
    "EnrollmentMoved",
    "EnrollmentState",
    "EntrantKind",
    "ExternalRefMoved",
    "GuardianMoved",
    "LoginBound",
    "NeedMoved",
    "NikCorrected",
    "NoticeRetried",
    "ParticipantChanged",
    "ParticipantRegistered",
    "PhaseSpan",
    "Presence",
    "ProgramChanged",
    "ProgramPhasesChanged",
    "ProgramPublished",
    "ProgramTeamChanged",
    "ScoreGiven",
    "SelectionCriteriaStated",
    "SelectionMoved",
    "SelectionState",
    "Sex",
    "Topic",
    "VerificationState",
    "WaveCancelled",
    "WaveChanged",
    "WaveDecided",
    "WavePublished",
    "WaveQuotaSet",
    "WaveQuotasSet",
]
