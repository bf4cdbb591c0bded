"""Bodies of cohorts and of plans."""

from datetime import date, datetime
from uuid import UUID

from pydantic import ConfigDict, Field

from services.reporting.followup_cohorts.rules import OPEN_DAYS, REMIND_DAYS, CohortState
from shared.schemas.base import Body, Read
from shared.schemas.reporting import HorizonMonths


class PlanChange(Body):
    """After how many months the people of a programme are asked, and how long one waits."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"horizons": [3, 12], "open_days": 45, "remind_days": 10}}
    )

    horizons: list[HorizonMonths] = Field(min_length=1, max_length=3)
    open_days: int = Field(default=OPEN_DAYS, ge=7, le=180)
    remind_days: int = Field(
        default=REMIND_DAYS, ge=1, le=60, description="So many days before the end."
    )


class PlanRead(Read):
    """When the people of a programme are asked; version 0 is what holds for all."""

    program_id: UUID
    horizons: list[int]
    open_days: int
    remind_days: int
    stated_at: datetime | None
    version: int


class CohortRead(Read):
    """One class at one horizon, and how many of its people have answered.

    `asked` are all of whom something is known or waited for, `answered` who told something.
    """

    id: UUID
    class_id: UUID
    horizon_months: int
    program_id: UUID
    wave_id: UUID
    facility_id: UUID
    regency_code: str
    completed_on: date
    due_on: date
    remind_on: date
    closes_on: date
    state: CohortState
    instrument_id: UUID | None
    asked: int
    answered: int
    unreached: int
    opened_at: datetime | None
    closed_at: datetime | None
    version: int
