"""Changes to duplicates, each within the caller's transaction."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import and_, case, delete, func, or_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.base import Event, Job
from services.registry.facility_duplicates import queries
from services.registry.facility_duplicates.queries import Twins
from services.registry.facility_duplicates.rules import (
    DuplicateState,
    Verdict,
    check_open,
    due_by_night,
)
from services.registry.facility_duplicates.schemas import ScanDuplicates
from services.registry.facility_duplicates.tables import FacilityDuplicate
from shared.db.events import emit
from shared.db.jobs import add_job
from shared.db.within import place_of
from shared.ids import new_id
from shared.schemas.registry import DuplicateDismissed, DuplicatesScanned, Topic
from shared.scope import Place, Scope

_OPEN: Final = FacilityDuplicate.state == DuplicateState.OPEN


async def order_scan(session: AsyncSession) -> Job:
    """Queue the comparison of all facilities."""
    return await add_job(session, Job, kind=ScanDuplicates.kind, payload=ScanDuplicates())


async def order_nightly_scan(session: AsyncSession, *, local: datetime) -> bool:
    """Queue this night's comparison, once, by the clock `local`; tell whether it was."""
    if not due_by_night(local, last=await queries.last_scan(session)):
        return False
    await order_scan(session)
    return True


async def keep_verdicts(
    session: AsyncSession, verdicts: Sequence[Verdict], *, now: datetime
) -> None:
    """Keep pairs that may be one; those that are decided stay as they are. One statement."""
    if not verdicts:
        return
    rows = [
        {
            "id": new_id(),
            "a_id": verdict.pair[0],
            "b_id": verdict.pair[1],
            "score": verdict.score,
            "reasons": [each.value for each in verdict.reasons],
            "state": DuplicateState.OPEN,
            "version": 1,
            "found_at": now,
            "seen_at": now,
        }
        for verdict in sorted(verdicts, key=lambda each: each.pair)
    ]
    statement = insert(FacilityDuplicate).values(rows)
    given = statement.excluded
    changed = or_(
        FacilityDuplicate.score != given.score, FacilityDuplicate.reasons != given.reasons
    )
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=["a_id", "b_id"],
            set_={
                "score": given.score,
                "reasons": given.reasons,
                "seen_at": func.greatest(FacilityDuplicate.seen_at, given.seen_at),
                "version": FacilityDuplicate.version + case((changed, 1), else_=0),
            },
            where=_OPEN,
        )
    )


async def finish_scan(
    session: AsyncSession, *, job_id: UUID, facilities: int, began: datetime, now: datetime
) -> int:
    """Drop open pairs that the scan has not seen any more, and tell how many are left."""
    gone = delete(FacilityDuplicate).where(_OPEN, FacilityDuplicate.seen_at < began)
    await session.execute(gone.execution_options(synchronize_session=False))
    left = await queries.count_open(session)
    await emit(
        session,
        Event,
        topic=Topic.DUPLICATES_SCANNED,
        stream_id=job_id,
        event=DuplicatesScanned(facilities=facilities, open_pairs=left),
        place=Place(),
        occurred_at=now,
    )
    return left


async def dismiss_duplicate(
    session: AsyncSession, duplicate_id: UUID, *, reason: str, scope: Scope, now: datetime
) -> Twins:
    """Say that two facilities are two; no scan brings the pair back.

    Raises:
        DuplicateNotFoundError: when there is no such pair of which both are the caller's.
        DuplicateDecidedError: when it was dismissed or merged.
    """
    row = await queries.get_duplicate_for_change(session, duplicate_id, scope=scope)
    duplicate, one, _ = row
    check_open(duplicate.state)
    duplicate.state = DuplicateState.DISMISSED
    duplicate.decided_by = session.info["actor"].name
    duplicate.decided_at = now
    duplicate.reason = reason
    duplicate.version += 1
    await session.flush()
    await emit(
        session,
        Event,
        topic=Topic.DUPLICATE_DISMISSED,
        stream_id=duplicate.id,
        event=DuplicateDismissed(
            duplicate_id=duplicate.id, a_id=duplicate.a_id, b_id=duplicate.b_id
        ),
        place=place_of(one),
        occurred_at=now,
        version=duplicate.version,
    )
    return row


async def close_pairs(
    session: AsyncSession, *, gone: UUID, stays: UUID, reason: str, now: datetime
) -> None:
    """Note that two facilities were merged, and drop the open pairs of the one that is gone.

    The next scan compares the others with the one that stays.
    """
    merged = {
        "state": DuplicateState.MERGED,
        "decided_by": session.info["actor"].name,
        "decided_at": now,
        "reason": reason,
        "version": FacilityDuplicate.version + 1,
    }
    both = queries.of_both(gone, stays)
    quietly = {"synchronize_session": False}
    await session.execute(
        update(FacilityDuplicate).where(both).values(merged).execution_options(**quietly)
    )
    others = and_(queries.of_facility(gone), _OPEN)
    await session.execute(delete(FacilityDuplicate).where(others).execution_options(**quietly))
