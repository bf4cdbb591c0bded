"""What figures count of places, as the registry tells it whenever it has changed."""

from enum import StrEnum
from uuid import UUID

from shared.schemas.base import Message


class StandingKind(StrEnum):
    """What a standing is about; what its value and detail say depends on it.

    MATURITY: a centre by its present class. ROADMAP: a centre that follows one, ADOPTED, by
    version. MILESTONE: milestones by status; OVERDUE instead of one that is open and late.
    INCUBATOR: designations by state, EXPIRED or COMING outside of their days; the amount is their
    capacity. TENANT: by status, and by stage or by result. DEVELOPMENT: by step, OVERDUE in the
    detail when its accounts are; the amount is what was paid. GRANT: what it was granted.
    COVERAGE: a facility that is not closed, COVERED or UNCOVERED by agreements in force.
    AGREEMENT: by state on the day, and by kind. ACTION: actions of agreements by status; OVERDUE
    instead of one that is open and late.
    """

    MATURITY = "MATURITY"
    ROADMAP = "ROADMAP"
    MILESTONE = "MILESTONE"
    INCUBATOR = "INCUBATOR"
    TENANT = "TENANT"
    DEVELOPMENT = "DEVELOPMENT"
    GRANT = "GRANT"
    COVERAGE = "COVERAGE"
    AGREEMENT = "AGREEMENT"
    ACTION = "ACTION"


class StandingCell(Message):
    """What a count of standings can be cut by; without a facility the place is empty text."""

    kind: StandingKind
    value: str
    detail: str = ""
    facility_id: UUID | None
    province_code: str
    regency_code: str
    facility_kind: str
    owner_ministry: str
    co_ministry: str = ""


class Standing(Message):
    """So many of one cell, and what they amount to."""

    cell: StandingCell
    n: int
    amount: int = 0


class StandingMoved(Message):
    """Event: what stands of a facility or an agreement has changed; figures -before, +after.

    Both name only what differs. It is told a moment after the change that caused it, and at night
    when a day has passed that mattered.
    """

    subject_id: UUID
    before: list[Standing]
    after: list[Standing]


class HoursCell(Message):
    """What minutes of spaces can be cut by, in a month (2027-01) on the clocks of the facility.

    The minutes that a facility is open have neither purpose nor ministry.
    """

    month: str
    purpose: str = ""
    using_ministry: str = ""
    facility_id: UUID
    province_code: str
    regency_code: str
    facility_kind: str
    owner_ministry: str


class Hours(Message):
    """The minutes of one cell, added up over spaces; `spaces` are those that have hours.

    `used_of_open` are those used at a facility that states its hours.
    """

    cell: HoursCell
    spaces: int = 0
    open_minutes: int = 0
    booked_minutes: int = 0
    used_minutes: int = 0
    used_of_open: int = 0


class HoursMoved(Message):
    """Event: the minutes of a facility's spaces have changed; figures -before, +after.

    Both name only what differs; told as `StandingMoved` is.
    """

    facility_id: UUID
    before: list[Hours]
    after: list[Hours]
