"""Bodies of accreditations and licences."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from services.registry.accreditations.rules import (
    AccreditationKind,
    AccreditationStatus,
    Standard,
    StandardResult,
)
from services.registry.facilities.schemas import TradeCode
from services.registry.records.schemas import DocumentRead, DocumentRef
from shared.schemas.base import Body, Code, Label, Read

Number = Annotated[str, StringConstraints(min_length=1, max_length=100)]
Reason = Annotated[str, StringConstraints(min_length=1, max_length=500)]


class AccreditationCreate(Body):
    """An accreditation or a licence that was granted; `valid_to` is the last day.

    Without `trade` and `program` it is for the facility as a whole.
    """

    id: UUID | None = None
    kind: AccreditationKind
    number: Number
    issuer: Label
    decree_number: Number | None = None
    trade: TradeCode | None = None
    program: Code | None = Field(default=None, description="The issuer's code of a programme.")
    standards: dict[Standard, StandardResult] = Field(
        default_factory=dict, description="Permenaker 5/2022, article 3 (2): all eight."
    )
    valid_from: date
    valid_to: date | None = None
    document: DocumentRef
    synthetic: bool = False


class Revocation(Body):
    """Why it is revoked, and from which day on."""

    revoked_on: date
    reason: Reason


class AccreditationRead(Read):
    """An accreditation or a licence, with its status on the day asked for."""

    id: UUID
    facility_id: UUID
    kind: AccreditationKind
    number: str
    issuer: str
    decree_number: str | None
    trade: str | None
    program: str | None
    standards: dict[Standard, StandardResult]
    valid_from: date
    valid_to: date | None
    document: DocumentRead
    status: AccreditationStatus
    revoked_on: date | None
    revocation_reason: str | None
    synthetic: bool
    version: int
