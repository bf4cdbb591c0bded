"""Decisions on pairs, within the caller's transaction."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.base import Event
from services.enrollment.duplicate_candidates.operations import draft_of
from services.enrollment.duplicate_candidates.rules import DuplicateState
from services.enrollment.participant_duplicates import queries
from services.enrollment.participant_duplicates.queries import Twins
from services.enrollment.participant_duplicates.rules import check_open
from shared.db.events import emit, emit_all
from shared.schemas.enrollment import DuplicateMoved, DuplicatesCounted, Topic
from shared.scope import Place, Scope


async def tell_apart(
    session: AsyncSession, duplicate_id: UUID, *, reason: str, scope: Scope, now: datetime
) -> Twins:
    """Say that two people are two: the pair does not come back.

    Raises:
        DuplicateNotFoundError: when there is no such pair of which both are the caller's.
        DuplicateDecidedError: when it was told apart or merged.
    """
    twins = await queries.get_for_change(session, duplicate_id, scope=scope)
    duplicate = twins.duplicate
    check_open(duplicate.state)
    duplicate.state = DuplicateState.DISTINCT
    duplicate.decided_by = session.info["actor"].name
    duplicate.decided_at = now
    duplicate.reason = reason
    duplicate.version += 1
    await session.flush()
    moved = DuplicateMoved(
        duplicate_id=duplicate.id,
        a_id=duplicate.a_id,
        b_id=duplicate.b_id,
        score=duplicate.score,
        reasons=duplicate.reasons,
    )
    draft = draft_of(Topic.DUPLICATE_DISTINCT, moved, now=now, version=duplicate.version)
    await emit_all(session, Event, [draft])
    return twins


async def tell_open(session: AsyncSession, *, now: datetime) -> bool:
    """Tell how many pairs are to be looked at, when that has changed since it was last told."""
    told, times = await queries.find_told(session)
    pairs = await queries.count_open(session)
    if pairs == told:
        return False
    await emit(
        session,
        Event,
        topic=Topic.DUPLICATES_COUNTED,
        stream_id=queries.COUNTS,
        event=DuplicatesCounted(open_pairs=pairs),
        place=Place(),
        occurred_at=now,
        version=times + 1,
    )
    return True
