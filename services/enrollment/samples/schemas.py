"""Bodies of samples."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, StringConstraints, model_validator

from services.enrollment.samples.rules import MOST
from shared.i18n import Text
from shared.schemas.base import Body, Read


class SampleCreate(Body):
    """Of which wave or programme, how many, and the seed that anybody can draw them with again."""

    wave_id: UUID | None = None
    program_id: UUID | None = None
    n: Annotated[int, Field(ge=1, le=MOST)]
    seed: Annotated[str, StringConstraints(min_length=1, max_length=100)]

    @model_validator(mode="after")
    def _name_one(self) -> Self:
        if (self.wave_id is None) == (self.program_id is None):
            raise ValueError(
                Text(
                    "Sebutkan wave_id atau program_id, salah satu saja.",
                    "Name either wave_id or program_id, and not both.",
                )
            )
        return self


class SampleItem(Read):
    """One enrollment of a sample: `ticket` is what it was drawn by, `dossier` its case file."""

    position: int
    class_id: UUID
    enrollment_id: UUID
    ticket: str
    dossier: str


class SampleSummary(Read):
    """A sample: by whom and when, of whom, and how many of how many.

    `population` counts the enrollments, in whatever state, that arrived until `arrived_until`.
    """

    id: UUID
    program_id: UUID
    wave_id: UUID | None
    n: int
    seed: str
    population: int
    arrived_until: datetime
    drawn_by: str
    drawn_at: datetime


class SampleRead(SampleSummary):
    """A sample with what was drawn, the lowest ticket first."""

    items: list[SampleItem]


class PopulationItem(Read):
    """One of those whom a sample was drawn from."""

    class_id: UUID
    enrollment_id: UUID
