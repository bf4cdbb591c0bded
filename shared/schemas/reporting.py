"""What reporting says to the other services, and what its own ledger keeps."""

from datetime import datetime
from enum import StrEnum
from typing import Final, Literal, TypeAlias
from uuid import UUID

from pydantic import Field

from shared.schemas.base import Message
from shared.schemas.enrollment import AgeBand, EntrantKind, Sex
from shared.schemas.registry import FacilityKind

HorizonMonths: TypeAlias = Literal[3, 6, 12]
HORIZONS: Final[tuple[HorizonMonths, ...]] = (3, 6, 12)


class Topic(StrEnum):
    """Events of reporting."""

    FOLLOWUP_RECORDED = "reporting.followup.recorded"
    PERSON_FORGOTTEN = "reporting.person.forgotten"
    INCOMES_FORGOTTEN = "reporting.incomes.forgotten"


class OutcomeStatus(StrEnum):
    """What somebody does at a horizon; UNREACHED is an attempt without an answer."""

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
    """What a count of outcomes can be cut by: the enrollment's cell, the horizon, the status."""

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


class Outcome(Message):
    """One answer: the cell that it counts in, and what it adds to the sums of that cell."""

    cell: OutcomeCell
    source: FollowUpSource
    business_started: bool | None = None
    business_running: bool | None = None
    people_hired: int | None = Field(default=None, ge=0)
    days_to_first_income: int | None = Field(default=None, ge=0)
    income_change: IncomeChange | None = None


class FollowUpRecorded(Message):
    """Event: an outcome was recorded or corrected; figures add -before, +after."""

    followup_id: UUID
    enrollment_id: UUID
    participant_id: UUID
    before: Outcome | None
    after: Outcome


class IncomesForgotten(Message):
    """Event: amounts of income that were recorded `before` were kept long enough and erased."""

    before: datetime
    rows: int


class PersonForgotten(Message):
    """Event: a person was erased; of what reporting keeps of that person, so many rows by table."""

    participant_id: UUID
    rows: dict[str, int]
