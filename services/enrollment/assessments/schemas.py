"""Bodies of assessments."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from services.enrollment.assessments.rules import BEST_SCORE, Learning, Remedial
from shared.schemas.base import Body, Label, Read
from shared.schemas.enrollment import EnrollmentState

Score = Annotated[int, Field(ge=0, le=BEST_SCORE, description="Points, 100 being all.")]
UnitCode = Annotated[
    str,
    StringConstraints(min_length=1, max_length=40, pattern=r"^[A-Z0-9][A-Z0-9._-]*$"),
    Field(description="Unit of competence, as the module names it: J.620100.004.02."),
]
Units = Annotated[
    dict[UnitCode, bool], Field(max_length=100, description="Competent (true) or not yet (false).")
]


class RemedialWritten(Body):
    """Another attempt of one person."""

    taken_on: date
    score: Score | None = None
    units: Units = Field(default_factory=dict)


class AssessmentWritten(Body):
    """What is said of one person; members left out stay, null empties, lists are replaced whole."""

    enrollment_id: UUID
    pre_score: Score | None = None
    post_score: Score | None = None
    units: Units = Field(default_factory=dict)
    remedials: Annotated[list[RemedialWritten], Field(max_length=10)] = Field(default_factory=list)

    def onto(self, said: Learning) -> Learning:
        """Return what is said of the person after this change."""
        given = self.model_fields_set
        return Learning(
            pre_score=self.pre_score if "pre_score" in given else said.pre_score,
            post_score=self.post_score if "post_score" in given else said.post_score,
            units=self.units if "units" in given else said.units,
            remedials=tuple(
                Remedial(each.taken_on, each.score, each.units) for each in self.remedials
            )
            if "remedials" in given
            else said.remedials,
        )

    @property
    def names_units(self) -> bool:
        """Whether any unit is judged."""
        return bool(self.units) or any(each.units for each in self.remedials)


class AssessmentsWritten(Body):
    """Assessments of a class in one request; of whom it does not name, what was said stands.

    `reason`, in a few words and without personal data, is required once the class has ended.
    """

    entries: Annotated[list[AssessmentWritten], Field(min_length=1, max_length=200)]
    reason: Label | None = None


class AssessmentSheetRead(Read):
    """How many of a class have been assessed, as of `version`."""

    class_id: UUID
    assessed: int
    recorded_at: datetime
    version: int


class RemedialRead(Read):
    """Another attempt of one person."""

    taken_on: date
    score: int | None
    units: dict[str, bool]


class AssessmentRead(Read):
    """What was said of one person, whose name is masked.

    `best_score` and `competent` count remedials in.
    """

    enrollment_id: UUID
    name: str
    state: EnrollmentState
    pre_score: int | None
    post_score: int | None
    best_score: int | None
    units: dict[str, bool]
    competent: list[str]
    remedials: list[RemedialRead]


class ReplacedAssessment(Read):
    """What had been said of somebody; nothing but the id when nothing had."""

    enrollment_id: UUID
    pre_score: int | None = None
    post_score: int | None = None
    units: dict[str, bool] = Field(default_factory=dict)
    remedials: list[RemedialRead] = Field(default_factory=list)


class AssessmentCorrectionRead(Read):
    """What `version` of a class's assessments said of those whom a change then named."""

    version: int
    recorded_at: datetime
    replaced: list[ReplacedAssessment]
    corrected_at: datetime
    reason: str | None
