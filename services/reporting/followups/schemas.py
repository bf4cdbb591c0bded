"""Bodies of follow-ups."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints

from services.reporting.business_sizes.rules import SizeClass, SizeCriterion
from services.reporting.followup_instruments.rules import (
    MOST_PEOPLE,
    MOST_RUPIAH,
    QuestionCode,
    Said,
)
from services.reporting.followups.rules import EvidenceKind, RecordedAs
from shared.schemas.base import Body, Read
from shared.schemas.enrollment import Financing
from shared.schemas.reporting import (
    FollowUpSource,
    HorizonMonths,
    IncomeChange,
    OutcomeStatus,
)

Rupiah = Annotated[int, Field(ge=0, le=MOST_RUPIAH, description="Rupiah a month, whole.")]
SizeRupiah = Annotated[
    int, Field(ge=0, le=MOST_RUPIAH, description="Sales of a year, or capital without land.")
]
# Names of banks, and numbers of documents: no line breaks, nothing that could be a letter.
Name = Annotated[str, StringConstraints(pattern=r"^[\w .,&()/-]{2,80}$")]


class Evidence(Body):
    """A document that was seen, by reference: nothing of it is kept here."""

    kind: EvidenceKind
    reference: Annotated[str, StringConstraints(pattern=r"^[\w .:/-]{2,120}$")] = Field(
        description="Where the document is: a file number, never a name or a NIK."
    )
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class FollowUpCreate(Body):
    """What somebody does 3, 6 or 12 months after the training; sent again it corrects itself."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "enrollment_id": "01a1f0c8-6c1e-7bd2-9f3a-5f0c6d2b7e11",
                "horizon_months": 3,
                "status": "SELF_EMPLOYED",
                "source": "PROXY",
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
    people_hired: int | None = Field(default=None, ge=0, le=MOST_PEOPLE)
    income_before_rupiah: Rupiah | None = None
    income_after_rupiah: Rupiah | None = None
    nib_obtained: bool | None = None
    halal_certified: bool | None = None
    financing_kind: Financing | None = None
    financing_bank: Name | None = None
    size_criterion: SizeCriterion | None = Field(
        default=None, description="What the two amounts of size are; sales when it is left out."
    )
    size_before_rupiah: SizeRupiah | None = None
    size_after_rupiah: SizeRupiah | None = None
    matches_trade: bool | None = None
    kept: dict[QuestionCode, Said] = Field(
        default={}, max_length=60, description="Answers to questions that no figure counts."
    )
    evidence: list[Evidence] = Field(default=[], max_length=10)


class EvidenceRead(Read):
    """A document that was seen, by reference."""

    kind: EvidenceKind
    reference: str
    sha256: str


class AnswerRead(Read):
    """What was said, without the amounts.

    `recorded_as` is the role in which it was recorded: the PERSON himself, a CENTRE or an OFFICE;
    null where the calendar wrote it.
    """

    status: OutcomeStatus
    source: FollowUpSource | None
    instrument_id: UUID | None
    days_to_first_income: int | None
    business_started: bool | None
    business_running: bool | None
    people_hired: int | None
    income_change: IncomeChange | None
    nib_obtained: bool | None
    halal_certified: bool | None
    financing_kind: Financing | None
    financing_bank: str | None
    size_criterion: SizeCriterion | None
    size_before: SizeClass | None
    size_after: SizeClass | None
    size_rule: str | None
    matches_trade: bool | None
    kept: dict[str, Said]
    evidence: list[EvidenceRead]
    recorded_as: RecordedAs | None
    recorded_at: datetime
    version: int


class FollowUpRead(AnswerRead):
    """A follow-up without its amounts: those are shown one at a time, and the reading is kept.

    Nobody has answered where the source is null: ASKED waits, UNREACHED was given up.
    """

    id: UUID
    enrollment_id: UUID
    horizon_months: int
    class_id: UUID
    participant_id: UUID
    facility_id: UUID
    regency_code: str
    asked_at: datetime | None


class FollowUpVersionRead(AnswerRead):
    """What a follow-up said before it was corrected."""

    followup_id: UUID


class FollowUpDetail(FollowUpRead):
    """A follow-up with its amounts, in rupiah a month; of the business in rupiah."""

    income_before_rupiah: int | None
    income_after_rupiah: int | None
    size_before_rupiah: int | None
    size_after_rupiah: int | None
