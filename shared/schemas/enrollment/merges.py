"""People who are one and the same: ids and counts only."""

from uuid import UUID

from shared.schemas.base import Message


class DuplicateMoved(Message):
    """Event: two people may be one, or were found to be two."""

    duplicate_id: UUID
    a_id: UUID
    b_id: UUID
    score: int
    reasons: list[str]


class DuplicatesCounted(Message):
    """Event: so many pairs of people who may be one are to be looked at, from now on."""

    open_pairs: int


class ParticipantMerged(Message):
    """Event: whoever went by `from_id` goes by `participant_id` from now on, everywhere.

    `moved` counts what changed hands by table, `cancelled` are enrollments that were given up.
    """

    merge_id: UUID
    participant_id: UUID
    from_id: UUID
    moved: dict[str, int]
    cancelled: list[UUID]
