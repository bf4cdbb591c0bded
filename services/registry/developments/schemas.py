"""Bodies of developments."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.registry.agreement_actions.schemas import Evidence, EvidenceRead
from services.registry.agreements.schemas import Number
from services.registry.developments.rules import DevelopmentKind, DevelopmentStep
from shared.schemas.base import Body, Label, Ministry, Read

Rupiah = Annotated[
    int, Field(gt=0, le=10**15, strict=True, description="Whole rupiah, without decimals.")
]


class DevelopmentCreate(Body):
    """A proposal to build a community centre with a grant of a ministry."""

    id: UUID | None = None
    number: Number
    title: Label
    follows_from_id: UUID | None = None
    facility_id: UUID
    institution_id: UUID
    ministry: Ministry
    grant_rupiah: Rupiah
    proposed_on: date
    evidence: Evidence
    synthetic: bool = False


class StepCreate(Body):
    """The step that a development takes next; a payment has an amount.

    `accounts_due_on`, when the accounts (LPJ) are due, is stated with SIGNED.
    """

    step: DevelopmentStep
    day: date
    amount_rupiah: Rupiah | None = None
    accounts_due_on: date | None = None
    evidence: Evidence


class StepRead(Read):
    """A step that a development has taken."""

    step: DevelopmentStep
    day: date
    amount_rupiah: int | None
    evidence: EvidenceRead


class DevelopmentRead(Read):
    """A development; `overdue` when its accounts (LPJ) should have been rendered before today."""

    id: UUID
    kind: DevelopmentKind
    number: str
    title: str
    follows_from_id: UUID | None
    facility_id: UUID
    institution_id: UUID
    ministry: str
    grant_rupiah: int
    paid_rupiah: int
    step: DevelopmentStep
    next_step: DevelopmentStep | None
    accounts_due_on: date | None
    overdue: bool
    steps: list[StepRead]
    synthetic: bool
    version: int
