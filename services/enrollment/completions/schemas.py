"""Bodies of completions."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, model_validator

from services.enrollment.completions.rules import Ending, Outcome, Why
from shared.i18n import Text
from shared.schemas.base import Body, Label, Read
from shared.schemas.enrollment import EnrollmentState


class DecisionRead(Read):
    """How the training ended for somebody; `followed` tells that it is what the rule said."""

    ending: Ending
    outcome: Outcome
    reasons: list[str]
    followed: bool
    reason: str | None
    decided_at: datetime


class JudgementRead(Read):
    """What the programme's rule says of one person, whose name is masked.

    `decision` is how the class was ended for the person, if it was ended by this rule.
    """

    enrollment_id: UUID
    name: str
    state: EnrollmentState
    outcome: Outcome
    reasons: list[Why]
    share_percent: float | None
    best_score: int | None
    competent_units: int
    taught_units: int | None
    decision: DecisionRead | None


class ExceptionWritten(Body):
    """How the training ends for somebody of whom the rule says otherwise, and why.

    The reason is a few words without personal data.
    """

    enrollment_id: UUID
    ending: Ending
    reason: Label


class CompletionFollowed(Body):
    """Whoever no exception names ends as judged: PASSED completes, NOT_PASSED drops out."""

    exceptions: Annotated[list[ExceptionWritten], Field(max_length=1000)] = Field(
        default_factory=list
    )

    @model_validator(mode="after")
    def _once_each(self) -> Self:
        if len({each.enrollment_id for each in self.exceptions}) < len(self.exceptions):
            raise ValueError(Text("Tercantum lebih dari sekali.", "It is listed more than once."))
        return self


class CompletionFollowedRead(Read):
    """How the training ended for a class; `against` counts the exceptions to the judgement."""

    class_id: UUID
    completed_at: datetime
    completed: int
    dropped_out: int
    against: int
