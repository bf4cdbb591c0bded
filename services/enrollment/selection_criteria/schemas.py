"""Bodies of selection criteria."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from services.enrollment.draws.rules import MissingScore
from services.enrollment.waves.rules import SelectionMethod
from shared.schemas.base import Body, Label, Read

CriterionCode = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9_]{0,39}$")]


class Name(Body):
    """A name in the two languages."""

    id: Label
    en: Label


class Criterion(Body):
    """Something that is scored from 0 to 100; `weight` is its share in hundredths."""

    code: CriterionCode
    name: Name
    weight: Annotated[int, Field(ge=1, le=100)]


class CriteriaChange(Body):
    """All criteria of a wave in the order in which they are published; weights are 100 in all."""

    criteria: Annotated[list[Criterion], Field(min_length=1, max_length=20)]
    missing: MissingScore = Field(
        default=MissingScore.ZERO,
        description="ZERO: no points for a missing score. INELIGIBLE: not ranked without it.",
    )


class NameRead(Read):
    """A name in the two languages."""

    id: str
    en: str


class CriterionRead(Read):
    """Something that is scored from 0 to 100; `weight` is its share in hundredths."""

    code: str
    name: NameRead
    weight: int


class CriteriaRead(Read):
    """How a wave's places are given; version 0 is a wave for which nothing has been stated."""

    wave_id: UUID
    method: SelectionMethod
    criteria: list[CriterionRead]
    missing: MissingScore
    version: int
    stated_at: datetime | None
