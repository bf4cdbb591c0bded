"""Bodies of the quotas of a wave."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, Field, StringConstraints

from services.enrollment.quotas.rules import QuotaDimension, QuotaKind
from shared.schemas.base import Body, Label, Read


class QuotaPut(Body):
    """A quota: `seats` go at most, or until `release_at` at least, to members.

    Members have `value` in common: the code of the province where they live, a sex, an entrant
    kind, or true or false for a disability.
    """

    dimension: QuotaDimension
    value: Annotated[str, StringConstraints(min_length=1, max_length=40)]
    kind: QuotaKind
    seats: int = Field(ge=0, le=1_000_000)
    release_at: AwareDatetime | None = None


class QuotasPut(Body):
    """All quotas of a wave; once applications are open, with a reason for the change."""

    quotas: list[QuotaPut] = Field(max_length=100)
    reason: Label | None = None


class QuotaRead(Read):
    """A quota, and how many of its members hold a seat."""

    id: UUID
    dimension: QuotaDimension
    value: str
    kind: QuotaKind
    seats: int
    release_at: datetime | None
    taken: int


class WaveQuotasRead(Read):
    """The quotas of a wave; `version` is that of the wave."""

    wave_id: UUID
    version: int
    quotas: list[QuotaRead]
