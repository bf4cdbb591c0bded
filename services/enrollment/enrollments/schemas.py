"""Bodies of enrollments."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from services.enrollment.enrollments.rules import WhyWaiting
from services.enrollment.quotas.rules import QuotaDimension, QuotaKind
from shared.schemas.base import Body, Label, Read
from shared.schemas.enrollment import AgeBand, EnrollmentState, EntrantKind, Presence, Sex


class EnrollmentCreate(Body):
    """A claim for a seat; `id` is the enrollment's own, when the client names it."""

    id: UUID | None = None
    participant_id: UUID


class SeatRead(Read):
    """What a claim got: a seat, or a number on the waitlist."""

    id: UUID
    class_id: UUID
    participant_id: UUID
    program_id: UUID
    state: EnrollmentState
    waitlist_number: int | None
    arrived_at: datetime


class Alternative(Read):
    """Another class of the same wave with free seats; `distance_km` is as the crow flies."""

    class_id: UUID
    code: str
    label: str
    facility_name: str
    province_code: str
    regency_code: str
    starts_at: datetime
    free_seats: int
    distance_km: float | None


class QuotaBlock(Read):
    """A quota of the wave that leaves somebody no seat, and when it is released, if ever."""

    dimension: QuotaDimension
    value: str
    kind: QuotaKind
    seats: int
    release_at: datetime | None


class EnrollmentRead(Read):
    """An enrollment; `waitlist_position` counts those still waiting, 1 being the next.

    `why_not_promoted` is given while somebody waits; `why_detail` says what would change it, and
    `blocked_by` names the quota, if one it is. `confirm_by` is until when an offered seat is held.
    `transferred_from_*` name the enrollment that a transfer closed. `alternatives` are classes of
    the wave with free seats, the nearest first, shown to who waits.
    """

    id: UUID
    class_id: UUID
    participant_id: UUID
    program_id: UUID
    wave_id: UUID
    state: EnrollmentState
    waitlist_number: int | None
    waitlist_position: int | None = None
    why_not_promoted: WhyWaiting | None = None
    why_detail: str | None = None
    blocked_by: QuotaBlock | None = None
    presence: Presence
    arrived_at: datetime
    decided_at: datetime | None
    confirm_by: datetime | None
    application_id: UUID | None
    transferred_from_class_id: UUID | None
    transferred_from_id: UUID | None
    reason: str | None
    sex: Sex
    age_band: AgeBand
    entrant_kind: EntrantKind
    home_province_code: str
    home_regency_code: str
    version: int
    alternatives: list[Alternative] | None = None


class EnrollmentEnd(Body):
    """Why an enrollment ends, in a few words and without personal data."""

    reason: Label | None = Field(default=None)
