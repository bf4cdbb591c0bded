"""Bodies of follow-ups."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field

from shared.schemas.base import Body, Read
from shared.schemas.reporting import (
    FollowUpSource,
    HorizonMonths,
    IncomeChange,
    OutcomeStatus,
)

# Nobody earns a trillion rupiah a month: a longer number is a mistake of typing.
Rupiah = Annotated[int, Field(ge=0, le=1_000_000_000_000, description="Rupiah a month, whole.")]


class FollowUpCreate(Body):
    """What somebody does 3, 6 or 12 months after the training; sent again it corrects itself."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "enrollment_id": "01a1f0c8-6c1e-7bd2-9f3a-5f0c6d2b7e11",
                "horizon_months": 3,
                "status": "SELF_EMPLOYED",
                "source": "SELF",
                "days_to_first_income": 40,
                "business_started": True,
                "business_running": True,
                "people_hired": 2,
                "income_before_rupiah": 1_500_000,
                "income_after_rupiah": 2_750_000,
            }
        }
    )

    id: UUID | None = None
    enrollment_id: UUID
    horizon_months: HorizonMonths
    status: OutcomeStatus
    source: FollowUpSource
    days_to_first_income: int | None = Field(default=None, ge=0)
    business_started: bool | None = None
    business_running: bool | None = None
    people_hired: int | None = Field(default=None, ge=0, le=10_000)
    income_before_rupiah: Rupiah | None = None
    income_after_rupiah: Rupiah | None = None


class FollowUpRead(Read):
    """A follow-up without its amounts: those are shown one at a time, and the reading is kept."""

    id: UUID
    enrollment_id: UUID
    horizon_months: int
    class_id: UUID
    participant_id: UUID
    facility_id: UUID
    regency_code: str
    status: OutcomeStatus
    source: FollowUpSource
    days_to_first_income: int | None
    business_started: bool | None
    business_running: bool | None
    people_hired: int | None
    income_change: IncomeChange | None
    recorded_at: datetime
    version: int


class FollowUpDetail(FollowUpRead):
    """A follow-up with its amounts, in rupiah a month."""

    income_before_rupiah: int | None
    income_after_rupiah: int | None
