"""Seats and classes: their lives, and the cells that figures are counted by."""

from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from shared.schemas.base import Message
from shared.schemas.enrollment.people import AgeBand, EntrantKind, Sex
from shared.schemas.registry import FacilityKind, TimeZone


class EnrollmentState(StrEnum):
    """The life of an enrollment. OFFERED, SEATED, COMPLETED and DROPPED_OUT hold the seat.

    Who is OFFERED a seat confirms it (daftar ulang) by a deadline, or it goes to the next.
    """

    SEATED = "SEATED"
    WAITLISTED = "WAITLISTED"
    OFFERED = "OFFERED"
    DECLINED = "DECLINED"
    EXPIRED = "EXPIRED"
    CANCELLED = "CANCELLED"
    NOT_PLACED = "NOT_PLACED"
    TRANSFERRED = "TRANSFERRED"
    COMPLETED = "COMPLETED"
    DROPPED_OUT = "DROPPED_OUT"


HOLDS_SEAT: Final = frozenset(
    {
        EnrollmentState.OFFERED,
        EnrollmentState.SEATED,
        EnrollmentState.COMPLETED,
        EnrollmentState.DROPPED_OUT,
    }
)


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


class EnrollmentCell(Message):
    """What a count of enrollments can be cut by; `waited` tells that it began on the waitlist.

    `province_code` and `regency_code` are where one trains, `home_*` where one lives;
    `host_ministry` owns the facility; `trade` is that of the class, empty where none is known.
    `applied` tells that a selection placed an application that is counted by itself.
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
    disability: bool = False
    trade: str = ""
    applied: bool = False


class EnrollmentMoved(Message):
    """Event: an enrollment came or changed; figures add -before, +after."""

    enrollment_id: UUID
    class_id: UUID
    participant_id: UUID
    before: EnrollmentCell | None
    after: EnrollmentCell


class ClassCell(Message):
    """What a count of classes can be cut by; `host_ministry` owns the facility.

    `trade` is that of the module, empty where it has none.
    """

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
    trade: str = ""


class ClassMoved(Message):
    """Event: a class came, changed, opened, ended or was cancelled; figures add -before, +after.

    `reported_at` is when the opening was reported, which may be hours after it happened.
    """

    class_id: UUID
    code: str = ""
    label: str
    capacity: int
    reported_at: datetime | None = None
    before: ClassCell | None
    after: ClassCell


class AttendanceCounts(Message):
    """What the roll call of a session says in all.

    `days` are the days that count for the payer because of it: of the people who attended anything
    on that local day, those whom no other session of the class on that day has counted.
    """

    present: int
    late: int
    excused: int
    absent: int
    days: int = 0


class AttendanceRecorded(Message):
    """Event: the roll of a session was called or corrected; what it says in all, of nobody by name.

    `session` is its number in the timetable of the class, from 1; `days` as in AttendanceCounts.
    `replaced` is what the last roll call of the session said, null for the first; figures add
    -replaced, +this.
    """

    class_id: UUID
    session: int
    starts_at: datetime
    present: int
    late: int
    excused: int
    absent: int
    days: int = 0
    replaced: AttendanceCounts | None = None
