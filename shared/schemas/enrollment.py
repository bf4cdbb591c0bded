"""What enrollment says to the other services."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from shared.schemas.base import Message
from shared.schemas.registry import FacilityKind, TimeZone


class Sex(StrEnum):
    """Sex as the NIK and the civil register know it."""

    FEMALE = "FEMALE"
    MALE = "MALE"


class EntrantKind(StrEnum):
    """Size class of the entrant's business by PP 7/2021, or none yet (calon wirausaha)."""

    MICRO = "MICRO"
    SMALL = "SMALL"
    MEDIUM = "MEDIUM"
    PROSPECTIVE = "PROSPECTIVE"


class AgeBand(StrEnum):
    """Age in full years on the day of the claim."""

    UNDER_18 = "UNDER_18"
    FROM_18_TO_24 = "18_24"
    FROM_25_TO_34 = "25_34"
    FROM_35_TO_44 = "35_44"
    FROM_45_TO_54 = "45_54"
    FROM_55 = "55_PLUS"


class EnrollmentState(StrEnum):
    """The life of an enrollment. SEATED, COMPLETED and DROPPED_OUT hold the seat."""

    SEATED = "SEATED"
    WAITLISTED = "WAITLISTED"
    CANCELLED = "CANCELLED"
    NOT_PLACED = "NOT_PLACED"
    COMPLETED = "COMPLETED"
    DROPPED_OUT = "DROPPED_OUT"


class Presence(StrEnum):
    """What the roll call at the opening said of somebody."""

    UNREPORTED = "UNREPORTED"
    PRESENT = "PRESENT"
    ABSENT = "ABSENT"


class ClassState(StrEnum):
    """The life of a class."""

    PLANNED = "PLANNED"
    OPENED = "OPENED"
    COMPLETED = "COMPLETED"
    CANCELLED = "CANCELLED"


class Topic(StrEnum):
    """Events of enrollment. Those that move a figure carry the cell before and after."""

    PROGRAM_PUBLISHED = "enrollment.program.published"
    WAVE_PUBLISHED = "enrollment.wave.published"
    CLASS_PLANNED = "enrollment.class.planned"
    CLASS_CHANGED = "enrollment.class.changed"
    CLASS_OPENED = "enrollment.class.opened"
    CLASS_COMPLETED = "enrollment.class.completed"
    CLASS_CANCELLED = "enrollment.class.cancelled"
    CLASS_RELOCATED = "enrollment.class.relocated"
    PARTICIPANT_REGISTERED = "enrollment.participant.registered"
    CLAIMED = "enrollment.enrollment.claimed"
    PROMOTED = "enrollment.enrollment.promoted"
    CANCELLED = "enrollment.enrollment.cancelled"
    NOT_PLACED = "enrollment.enrollment.not_placed"
    PRESENCE_REPORTED = "enrollment.enrollment.presence_reported"
    COMPLETED = "enrollment.enrollment.completed"
    DROPPED_OUT = "enrollment.enrollment.dropped_out"
    RELOCATED = "enrollment.enrollment.relocated"
    NOTICE_RETRIED = "enrollment.notice.retried"
    ATTENDANCE_RECORDED = "enrollment.attendance.recorded"


class EnrollmentCell(Message):
    """What a count of enrollments can be cut by; `waited` tells that it began on the waitlist.

    `province_code` and `regency_code` are where one trains, `home_*` where one lives;
    `host_ministry` owns the facility.
    """

    program_id: UUID
    wave_id: UUID
    facility_id: UUID
    province_code: str
    regency_code: str
    home_province_code: str
    home_regency_code: str
    facility_kind: FacilityKind
    host_ministry: str
    sex: Sex
    age_band: AgeBand
    entrant_kind: EntrantKind
    state: EnrollmentState
    waited: bool
    presence: Presence


class EnrollmentMoved(Message):
    """Event: an enrollment came or changed; figures add -before, +after."""

    enrollment_id: UUID
    class_id: UUID
    participant_id: UUID
    before: EnrollmentCell | None
    after: EnrollmentCell


class ClassCell(Message):
    """What a count of classes can be cut by; `host_ministry` owns the facility."""

    program_id: UUID
    wave_id: UUID
    facility_id: UUID
    province_code: str
    regency_code: str
    time_zone: TimeZone
    facility_kind: FacilityKind
    host_ministry: str
    starts_at: datetime
    state: ClassState


class ClassMoved(Message):
    """Event: a class came, changed, opened, ended or was cancelled; figures add -before, +after.

    `reported_at` is when the opening was reported, which may be hours after it happened.
    """

    class_id: UUID
    label: str
    capacity: int
    reported_at: datetime | None = None
    before: ClassCell | None
    after: ClassCell


class AttendanceRecorded(Message):
    """Event: the roll of a session was called or corrected; what it says in all, of nobody by name.

    `session` is its number in the timetable of the class, from 1.
    """

    class_id: UUID
    session: int
    starts_at: datetime
    present: int
    late: int
    excused: int
    absent: int


class ProgramPublished(Message):
    """Event: a programme exists."""

    program_id: UUID
    code: str
    name: str
    owner_ministry: str
    co_ministry: str | None


class WavePublished(Message):
    """Event: a wave of a programme exists; `synthetic` marks generated data."""

    wave_id: UUID
    program_id: UUID
    code: str
    name: str
    synthetic: bool


class ParticipantRegistered(Message):
    """Event: a person has registered; coarse dimensions only, `age_band` as on that day."""

    participant_id: UUID
    sex: Sex
    age_band: AgeBand
    entrant_kind: EntrantKind
    home_province_code: str
    home_regency_code: str
    synthetic: bool


class NoticeRetried(Message):
    """Event: an office had a notice sent again that had failed."""

    notice_id: UUID
    participant_id: UUID
    kind: str
