"""What reporting says to the other services, and what its own ledger keeps."""

from datetime import date, datetime
from enum import StrEnum
from typing import Final, Literal, TypeAlias
from uuid import UUID

from pydantic import Field

from shared.schemas.base import Message
from shared.schemas.enrollment import AgeBand, EntrantKind, Financing, Sex
from shared.schemas.registry import FacilityKind

HorizonMonths: TypeAlias = Literal[3, 6, 12]
HORIZONS: Final[tuple[HorizonMonths, ...]] = (3, 6, 12)


class Topic(StrEnum):
    """Events of reporting."""

    FOLLOWUP_RECORDED = "reporting.followup.recorded"
    FOLLOWUP_ASKED = "reporting.followup.asked"
    FOLLOWUP_CLOSED = "reporting.followup.closed"
    INSTRUMENT_DRAFTED = "reporting.followup_instrument.drafted"
    INSTRUMENT_PUBLISHED = "reporting.followup_instrument.published"
    COHORT_PLAN_STATED = "reporting.followup_plan.stated"
    COHORT_PLANNED = "reporting.followup_cohort.planned"
    COHORT_OPENED = "reporting.followup_cohort.opened"
    COHORT_CLOSED = "reporting.followup_cohort.closed"
    LINK_ORDERED = "reporting.followup_link.ordered"
    LINK_REVOKED = "reporting.followup_link.revoked"
    BASELINE_STATED = "reporting.baseline.stated"
    TARGET_STATED = "reporting.target.stated"
    TABLE_PUBLISHED = "reporting.table.published"
    SNAPSHOT_ORDERED = "reporting.snapshot.ordered"
    SNAPSHOT_FROZEN = "reporting.snapshot.frozen"
    SNAPSHOT_PUBLISHED = "reporting.snapshot.published"
    SNAPSHOT_REPLACED = "reporting.snapshot.replaced"
    BOUNDARIES_LOADED = "reporting.boundaries.loaded"
    EXPORT_ORDERED = "reporting.export.ordered"
    PERSON_FORGOTTEN = "reporting.person.forgotten"
    INCOMES_FORGOTTEN = "reporting.incomes.forgotten"
    ALARM_RAISED = "reporting.alarm.raised"
    ALARM_ACKNOWLEDGED = "reporting.alarm.acknowledged"


class OutcomeStatus(StrEnum):
    """What somebody does at a horizon.

    ASKED waits for an answer, UNREACHED is an attempt without one.
    """

    ASKED = "ASKED"
    EMPLOYED = "EMPLOYED"
    SELF_EMPLOYED = "SELF_EMPLOYED"
    BOTH = "BOTH"
    STUDYING = "STUDYING"
    SEEKING = "SEEKING"
    INACTIVE = "INACTIVE"
    UNREACHED = "UNREACHED"


class FollowUpSource(StrEnum):
    """Who answered: the person, somebody for the person, or a document that was seen."""

    SELF = "SELF"
    PROXY = "PROXY"
    VERIFIED = "VERIFIED"


class IncomeChange(StrEnum):
    """Income now against income before the training; the amounts never leave their own table."""

    UP = "UP"
    SAME = "SAME"
    DOWN = "DOWN"


class OutcomeCell(Message):
    """What a count of outcomes can be cut by: the enrollment's cell, the horizon, the status.

    `trade` is that of the class, empty where none is known.
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
    waited: bool
    horizon_months: HorizonMonths
    status: OutcomeStatus
    disability: bool = False
    trade: str = ""


class Outcome(Message):
    """One answer: the cell that it counts in, and what it adds to the sums of that cell.

    `source` is null while nobody has answered.
    """

    cell: OutcomeCell
    source: FollowUpSource | None = None
    business_started: bool | None = None
    business_running: bool | None = None
    people_hired: int | None = Field(default=None, ge=0)
    days_to_first_income: int | None = Field(default=None, ge=0)
    income_change: IncomeChange | None = None
    nib_obtained: bool | None = None
    halal_certified: bool | None = None
    financing_kind: Financing | None = None
    size_up: bool | None = None
    matches_trade: bool | None = None


class FollowUpRecorded(Message):
    """Event: an outcome was asked for, recorded, corrected or given up.

    Figures add -before, +after.
    """

    followup_id: UUID
    enrollment_id: UUID
    participant_id: UUID
    before: Outcome | None
    after: Outcome


class InstrumentMoved(Message):
    """Event: a version of a questionnaire was drafted, or is in use from now on."""

    instrument_id: UUID
    program_id: UUID | None
    number: int
    questions: list[str]


class CohortPlanStated(Message):
    """Event: when the people of a programme are asked, and for how long one waits for them."""

    program_id: UUID
    horizons: list[int]
    open_days: int
    remind_days: int


class CohortMoved(Message):
    """Event: a class is to be asked on `due_on`, is being asked, or is asked no more."""

    cohort_id: UUID
    class_id: UUID
    horizon_months: HorizonMonths
    due_on: date
    closes_on: date
    people: int = 0


class LinkMoved(Message):
    """Event: a link to a follow-up was ordered for its person, or holds no longer."""

    link_id: UUID
    followup_id: UUID
    participant_id: UUID


class BaselineStated(Message):
    """Event: a published figure was entered into the register, or corrected there."""

    baseline_id: UUID
    code: str
    indicator: str | None
    value: int | None
    lower: int | None
    upper: int | None
    unit: str
    as_of: date
    source: str


class TargetStated(Message):
    """Event: a target was stated or changed, or is withdrawn since `withdrawn_at`."""

    target_id: UUID
    code: str
    indicator: str
    value: int
    upper_value: int | None
    mode: str
    year: int | None
    by_day: date | None
    agreement_id: UUID | None
    facility_id: UUID | None
    area_codes: list[str]
    withdrawn_at: datetime | None


class TablePublished(Message):
    """Event: a published table has another edition, whose bytes have this hash."""

    edition_id: UUID
    code: str
    edition: int
    sha256: str


class SnapshotMoved(Message):
    """Event: figures of a period are to be frozen, were, were published, or are replaced."""

    snapshot_id: UUID
    period_from: date
    period_to: date
    state: str
    sha256: str | None
    revises_id: UUID | None


class BoundariesLoaded(Message):
    """Event: official boundaries of a level have been loaded in place of what was there."""

    level: str
    areas: int
    source: str
    loaded_at: datetime


class ExportOrdered(Message):
    """Event: somebody ordered a report as a file."""

    export_id: UUID
    report: str
    format: str


class IncomesForgotten(Message):
    """Event: amounts of income that were recorded `before` were kept long enough and erased."""

    before: datetime
    rows: int


class PersonForgotten(Message):
    """Event: a person was erased; of what reporting keeps of that person, so many rows by table."""

    participant_id: UUID
    rows: dict[str, int]


class AlarmRaised(Message):
    """Event: a recount found a table of figures to differ; `cells` are the first that do."""

    alarm_id: UUID
    source: str
    figures: str
    differences: int
    cells: list[UUID]


class AlarmAcknowledged(Message):
    """Event: somebody said why figures differed, and ended the alarm."""

    alarm_id: UUID
    reason: str
