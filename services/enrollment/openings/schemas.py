"""Bodies of openings and completions."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, Field

from shared.schemas.base import Body, Label, Read

Roll = Annotated[list[UUID], Field(max_length=1000, description="Ids of enrollments.")]


class OpeningReport(Body):
    """A class has started; who is on neither list has not been reported on.

    A later report adds those whom no report has named, with the same `started_at`.
    """

    started_at: AwareDatetime
    present: Roll = Field(default_factory=list)
    absent: Roll = Field(default_factory=list)


class OpeningRead(Read):
    """The report that a class has started."""

    class_id: UUID
    started_at: datetime
    reported_at: datetime
    present: int
    absent: int


class ClassCancel(Body):
    """Why a class is called off, in a few words and without personal data."""

    reason: Label


class CompletionReport(Body):
    """A class has ended; everybody who holds a seat is on one of the lists."""

    completed: Roll = Field(default_factory=list)
    dropped_out: Roll = Field(default_factory=list)


class CompletionRead(Read):
    """How a class ended: how many completed the training and how many left it."""

    class_id: UUID
    completed_at: datetime
    completed: int
    dropped_out: int
