"""Bodies of packs: members without a value are left out, for a bad network."""

from datetime import datetime
from uuid import UUID

from services.enrollment.attendance.schemas import RosterRow
from shared.schemas.base import Read
from shared.schemas.enrollment import ClassState
from shared.schemas.registry import TimeZone


class PackSession(Read):
    """A session; `version` is that of its roll call, left out while there is none."""

    position: int
    starts_at: datetime
    ends_at: datetime
    taken_at: datetime | None = None
    version: int | None = None


class PackClass(Read):
    """A class with its sessions, and those who hold a seat with what was said of them.

    The versions of sheets and people are the bases of what a device tells later.
    """

    id: UUID
    code: str
    label: str
    state: ClassState
    time_zone: TimeZone
    space_name: str
    module_title: str
    starts_at: datetime
    ends_at: datetime | None = None
    version: int
    opened_at: datetime | None = None
    capacity: int
    taken: int
    min_attendance_percent: int
    late_minutes: int
    attendance_lock_days: int
    sessions: list[PackSession]
    people: list[RosterRow]


class FacilityPack(Read):
    """The classes of a facility; `complete` is false when there are more than fit in a pack."""

    facility_id: UUID
    classes: list[PackClass]
    complete: bool
