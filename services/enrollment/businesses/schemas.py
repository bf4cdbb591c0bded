"""Bodies of businesses."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.enrollment.businesses.rules import SizeStep
from services.enrollment.participants.schemas import Business, KbliScheme
from services.enrollment.programs.rules import SizeCriterion
from shared.schemas.base import Read
from shared.schemas.enrollment import EntrantKind


class BusinessStatement(Business):
    """How a business stands as of a day.

    `entrant_kind` may be left out when the figures tell the size class.
    """

    as_of: date
    employees: Annotated[int, Field(ge=0, le=1_000_000)] | None = None
    entrant_kind: EntrantKind | None = None


class BusinessReceipt(Read):
    """What a statement answers: the size class that follows from it, and no figure."""

    id: UUID
    participant_id: UUID
    as_of: date
    entrant_kind: EntrantKind
    size_criterion: SizeCriterion | None
    rule_version: str
    present: bool = Field(description="Whether the person's size class follows from it now.")
    step: SizeStep = Field(description="How the size class follows the one before: UP has grown.")
    warnings: list[str]


class BusinessRead(Read):
    """What was said of a business as of a day."""

    id: UUID
    as_of: date
    nib: str | None
    kbli: str | None
    kbli_scheme: KbliScheme | None
    founded_on: date
    capital_rupiah: int | None
    annual_sales_rupiah: int | None
    employees: int | None
    entrant_kind: EntrantKind
    size_criterion: SizeCriterion | None
    rule_version: str
    recorded_at: datetime
    step: SizeStep
