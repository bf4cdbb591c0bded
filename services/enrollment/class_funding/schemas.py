"""Bodies of funding."""

from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from services.enrollment.class_funding.rules import FundingSource
from shared.schemas.base import Body, Label, Read

BudgetCode = Annotated[str, StringConstraints(min_length=1, max_length=80)]
# A thousand billion rupiah: nothing that one class costs comes near it.
Rupiah = Annotated[int, Field(ge=1, le=1_000_000_000_000)]


class FundingWrite(Body):
    """One source: `funder_id` is an institution of the registry, `funder_name` its name."""

    source: FundingSource
    budget_code: BudgetCode
    amount_rupiah: Rupiah
    funder_id: UUID | None = None
    funder_name: Label


class FundingsWrite(Body):
    """All sources of the money of a class, in order."""

    sources: list[FundingWrite] = Field(max_length=20)


class FundingRead(Read):
    """One source of the money of a class; `share_percent` is its part of the whole."""

    position: int
    source: FundingSource
    budget_code: str
    amount_rupiah: int
    funder_id: UUID | None
    funder_name: str
    share_percent: float


class FundingsRead(Read):
    """Who pays for a class; `version` is that of the class."""

    class_id: UUID
    version: int
    total_rupiah: int
    per_seat_rupiah: int
    by_source: dict[FundingSource, int]
    sources: list[FundingRead]
