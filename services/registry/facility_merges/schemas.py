"""Bodies of merges."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from services.registry.facilities.schemas import Reason
from services.registry.facility_merges.rules import MergeMode
from shared.schemas.base import Body, Read


class MergeCreate(Body):
    """The facility that stays, and why the two are one."""

    into_id: UUID
    reason: Reason


class RowRead(Read):
    """A row that stays behind or moves under another name."""

    id: str | None
    label: str | None


class ThingsRead(Read):
    """What becomes of the rows of one table.

    Those that `stays` counts are kept with the id that was merged, as history: the facility that
    stays has the same, and its own counts. At most 20 of them and of the `renamed` are `named`.
    """

    table: str
    moves: int
    renamed: int
    stays: int
    named: list[RowRead]


class FactRead(Read):
    """A fact on which the two differ, and what is said from now on; `filled` comes from the other.

    `trades` are those of both.
    """

    member: str
    gone: Any
    stays: Any
    filled: bool


class Following(StrEnum):
    """What other services do when they hear of the merge."""

    CLASSES_AND_ENROLLMENTS = "CLASSES_AND_ENROLLMENTS"
    GRANTS = "GRANTS"
    FIGURES_AND_FOLLOWUPS = "FIGURES_AND_FOLLOWUPS"


class FollowingRead(Read):
    """What of another service's data follows by event, within seconds."""

    service: str
    what: list[Following]


class EndRead(Read):
    """One of the two facilities."""

    id: UUID
    code: str
    name: str


class MergeRead(Read):
    """A merge, done (`commit`) or only told (`validate`, without id), with every consequence."""

    id: UUID | None
    mode: MergeMode
    gone: EndRead
    stays: EndRead
    reason: str
    aliases: list[str]
    facts: list[FactRead]
    things: list[ThingsRead]
    follow: list[FollowingRead]
    merged_at: datetime | None
