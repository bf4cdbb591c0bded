"""Bodies of overlaps."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from shared.schemas.base import Read
from shared.schemas.enrollment import EnrollmentState


class OverlapKind(StrEnum):
    """What two places of one person have in common.

    DATES: both classes run at the same time. MODULE: both teach the same module, of whatever
    version. SUPPORT: either led to a referral of the same kind that was accepted.
    """

    DATES = "DATES"
    MODULE = "MODULE"
    SUPPORT = "SUPPORT"


class OverlapPlace(Read):
    """A place that somebody holds or held; `ends_at` is the start where no end is planned."""

    class_id: UUID
    enrollment_id: UUID
    program_id: UUID
    wave_id: UUID
    facility_id: UUID
    province_code: str
    state: EnrollmentState
    module_title: str
    starts_at: datetime
    ends_at: datetime


class OverlapOther(OverlapPlace):
    """Another place of the same person, and what both have in common."""

    kinds: list[OverlapKind]


class OverlapRead(OverlapPlace):
    """A person with a place in the programme, and his places elsewhere that overlap with it."""

    participant_id: UUID
    others: list[OverlapOther]
