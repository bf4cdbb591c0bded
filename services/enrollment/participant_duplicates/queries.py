"""Reads of pairs, each within a scope: both people lie in it."""

from collections.abc import Sequence
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import Integer, Select, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from services.enrollment.base import Event, RowVerdict
from services.enrollment.duplicate_candidates.rules import DuplicateState
from services.enrollment.duplicate_candidates.tables import ParticipantDuplicate
from services.enrollment.merged_participants.tables import MergedParticipant
from services.enrollment.participant_duplicates.rules import DuplicateNotFoundError
from services.enrollment.participants.tables import Participant
from shared.db.within import within
from shared.schemas.enrollment import Topic
from shared.schemas.imports import Outcome
from shared.scope import Scope

# The stream of what is told of all pairs together.
COUNTS: Final = UUID("6f2b6a5e-3c0f-5a55-9d61-0d7c1b1f5a10")
_A: Final = aliased(Participant, name="a")
_B: Final = aliased(Participant, name="b")
_GONE_A: Final = aliased(MergedParticipant, name="gone_a")
_GONE_B: Final = aliased(MergedParticipant, name="gone_b")


class Twins(NamedTuple):
    """A pair with its two people; one who was merged is told by the one who stays."""

    duplicate: ParticipantDuplicate
    one: Participant
    other: Participant


def _pairs(
    scope: Scope, *, write: bool = False
) -> Select[ParticipantDuplicate, Participant, Participant]:
    return (
        select(ParticipantDuplicate, _A, _B)
        .outerjoin(_GONE_A, _GONE_A.old_id == ParticipantDuplicate.a_id)
        .outerjoin(_GONE_B, _GONE_B.old_id == ParticipantDuplicate.b_id)
        .join(_A, _A.id == func.coalesce(_GONE_A.participant_id, ParticipantDuplicate.a_id))
        .join(_B, _B.id == func.coalesce(_GONE_B.participant_id, ParticipantDuplicate.b_id))
        .where(within(scope, _A, write=write), within(scope, _B, write=write))
    )


def pairs_in_state(
    state: DuplicateState, *, scope: Scope, after: tuple[int, UUID] | None, limit: int
) -> Select[ParticipantDuplicate, Participant, Participant]:
    """Return the statement of a page of pairs, the surest first."""
    score, row_id = ParticipantDuplicate.score, ParticipantDuplicate.id
    statement = _pairs(scope).where(ParticipantDuplicate.state == state)
    if after is not None:
        last_score, last_id = after
        statement = statement.where(score <= last_score, or_(score < last_score, row_id > last_id))
    return statement.order_by(score.desc(), row_id).limit(limit)


async def list_duplicates(
    session: AsyncSession,
    state: DuplicateState,
    *,
    scope: Scope,
    after: tuple[int, UUID] | None,
    limit: int,
) -> Sequence[Twins]:
    """Return up to `limit` pairs that follow `after`."""
    statement = pairs_in_state(state, scope=scope, after=after, limit=limit)
    return [Twins(*row) for row in (await session.execute(statement)).all()]


async def get_for_change(session: AsyncSession, duplicate_id: UUID, *, scope: Scope) -> Twins:
    """Return a pair that the caller may decide on, locked.

    Raises:
        DuplicateNotFoundError: when there is none of which both are the caller's to change.
    """
    statement = (
        _pairs(scope, write=True)
        .where(ParticipantDuplicate.id == duplicate_id)
        .with_for_update(of=ParticipantDuplicate)
        .execution_options(populate_existing=True)
    )
    found = (await session.execute(statement)).one_or_none()
    if found is None:
        raise DuplicateNotFoundError
    return Twins(*found)


async def imported_after(
    session: AsyncSession, job_id: UUID, row: int, *, limit: int
) -> Sequence[tuple[int, UUID]]:
    """Return up to `limit` people whom an import has registered, by their rows in the file."""
    statement = (
        select(RowVerdict.row, RowVerdict.id)
        .where(
            RowVerdict.job_id == job_id,
            RowVerdict.row > row,
            RowVerdict.verdict == Outcome.CREATED,
            RowVerdict.id.is_not(None),
        )
        .order_by(RowVerdict.row)
        .limit(limit)
    )
    found = (await session.execute(statement)).all()
    return [(number, person) for number, person in found if person is not None]


async def count_open(session: AsyncSession) -> int:
    """Return how many pairs are to be looked at."""
    waiting = ParticipantDuplicate.state == DuplicateState.OPEN
    statement = select(func.count()).select_from(ParticipantDuplicate).where(waiting)
    return (await session.scalars(statement)).one()


async def find_told(session: AsyncSession) -> tuple[int, int]:
    """Return how many pairs were told of last, and how often any were; -1 when never."""
    statement = (
        select(Event.payload["open_pairs"].astext.cast(Integer), Event.version)
        .where(Event.stream_id == COUNTS, Event.topic == Topic.DUPLICATES_COUNTED)
        .order_by(Event.version.desc())
        .limit(1)
    )
    row = (await session.execute(statement)).one_or_none()
    return (-1, 0) if row is None else (row[0], row[1])
