"""Selections: criteria, scores, and the steps of a draw that anybody can repeat."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from shared.schemas.base import Message


class SelectionState(StrEnum):
    """The life of a wave's selection.

    COMMITTED: the seed is fixed. CLOSED: the list is frozen. PREVIEWED: the draw is made, and may
    be made again. APPROVED: somebody else approved it. ANNOUNCING, ANNOUNCED: places are given.
    """

    COMMITTED = "COMMITTED"
    CLOSED = "CLOSED"
    PREVIEWED = "PREVIEWED"
    APPROVED = "APPROVED"
    ANNOUNCING = "ANNOUNCING"
    ANNOUNCED = "ANNOUNCED"


class SelectionCriteriaStated(Message):
    """Event: what a wave is scored by; `weights` in hundredths by criterion."""

    wave_id: UUID
    program_id: UUID
    weights: dict[str, int]
    missing: str


class ScoreGiven(Message):
    """Event: an application was scored, or scored anew; the points are not told."""

    participant_id: UUID
    application_id: UUID
    wave_id: UUID
    criterion: str
    version: int


class SelectionMoved(Message):
    """Event: a wave's selection came or went a step further; digests in hexadecimal digits.

    `counts` has the number of applications by outcome, once the draw has been made.
    """

    wave_id: UUID
    program_id: UUID
    before: SelectionState | None
    after: SelectionState
    commitment: str
    list_digest: str | None
    list_count: int | None
    result_digest: str | None
    announce_at: datetime | None
    counts: dict[str, int]
