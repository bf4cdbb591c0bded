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
from shared.db.events import emit_all
from shared.schemas.enrollment import DuplicateMoved, Topic
from shared.scope import Scope


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
