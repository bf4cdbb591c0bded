"""Bodies of merges: nothing in them names a person, for answers are kept."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pydantic import Field

from services.enrollment.identities.schemas import Reference
from services.enrollment.participant_merges.rules import MergeMode
from services.enrollment.person_unions.rules import Fact
from shared.schemas.base import Body, Read
from shared.schemas.enrollment import ApplicationState, EnrollmentState


class MergeCreate(Body):
    """The other person, who goes, and why the two are one.

    `other_version` is the version that the reviewer has read. `take` are facts that hold as the
    other one has them. `keep_enrollments` says which training counts where both have begun.
    """

    other_id: UUID
    other_version: int = Field(ge=1)
    reason: Reference
    take: list[Fact] = Field(default_factory=list, max_length=len(Fact))
    keep_enrollments: list[UUID] = Field(default_factory=list, max_length=100)


class PlaceRead(Read):
    """A place in a class."""

    enrollment_id: UUID
    class_id: UUID
    state: EnrollmentState
    attended: bool


class ReconciledRead(Read):
    """Which of several places in a programme stays; the others are CANCELLED."""

    program_id: UUID
    stays: PlaceRead
    goes: list[PlaceRead]
    open_choice: bool


class WithdrawnRead(Read):
    """An application that is withdrawn, because there is another one in the wave."""

    id: UUID
    wave_id: UUID
    state: ApplicationState


class FactRead(Read):
    """A fact on which the two differ; `taken` holds from now on as the other one has it."""

    fact: Fact
    taken: bool


class ThingsRead(Read):
    """What becomes of the rows of one table.

    Those that `blocked` counts forbid the merge: both have begun something of which there is one.
    """

    table: str
    moves: int
    dropped: int
    blocked: int


class Following(StrEnum):
    """What reporting does when it hears of the merge."""

    FOLLOWUPS = "FOLLOWUPS"
    LOGINS = "LOGINS"


class FollowingRead(Read):
    """What of another service's data follows by event, within seconds."""

    service: str
    what: list[Following]


class MergeRead(Read):
    """A merge, done (`commit`) or only told (`validate`, without id), with every consequence."""

    id: UUID | None
    mode: MergeMode
    participant_id: UUID
    other_id: UUID
    version: int
    reason: str
    facts: list[FactRead]
    enrollments: list[ReconciledRead]
    applications: list[WithdrawnRead]
    things: list[ThingsRead]
    logins: int
    follow: list[FollowingRead]
    merged_at: datetime | None
