"""Finding people who are like others, within the caller's transaction."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Uuid as SqlUuid
from sqlalchemy import any_, case, delete, literal, not_, or_, select, update
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.base import Event
from services.enrollment.duplicate_candidates import queries
from services.enrollment.duplicate_candidates.rules import (
    Candidate,
    DuplicateState,
    candidates,
    pair_of,
)
from services.enrollment.duplicate_candidates.tables import ParticipantDuplicate
from shared.db.events import Draft, emit_all
from shared.ids import new_id
from shared.schemas.enrollment import DuplicateMoved, Topic
from shared.scope import Place

_OPEN: Final = ParticipantDuplicate.state == DuplicateState.OPEN
_QUIETLY: Final = {"synchronize_session": False}
_TOLD: Final = ("a_id", "b_id", "score", "reasons")


async def find_duplicates(
    session: AsyncSession, participant_ids: Sequence[UUID], *, now: datetime, fresh: bool = False
) -> int:
    """Compare people who were written with all others, and keep the pairs that may be one.

    For one or for some hundreds at a time. Of pairs that nothing speaks for any more the open ones
    go; people who are `fresh` have none. What was decided stays. Returns how many pairs were found.
    """
    await session.flush()
    alike = await queries.read_alike(session, participant_ids)
    found = {each.pair: each for one, others in alike.values() for each in candidates(one, others)}
    if not fresh:
        await _drop_others(session, list(alike), set(found))
    await _keep(session, found.values(), now=now)
    return len(found)


async def _drop_others(
    session: AsyncSession, participant_ids: Sequence[UUID], found: set[tuple[UUID, UUID]]
) -> None:
    statement = select(
        ParticipantDuplicate.id, ParticipantDuplicate.a_id, ParticipantDuplicate.b_id
    ).where(queries.of_people(participant_ids), _OPEN)
    rows = (await session.execute(statement)).all()
    gone = [row.id for row in rows if (row.a_id, row.b_id) not in found]
    if gone:
        dropped = delete(ParticipantDuplicate).where(ParticipantDuplicate.id.in_(gone), _OPEN)
        await session.execute(dropped.execution_options(**_QUIETLY))


async def _keep(session: AsyncSession, found: Iterable[Candidate], *, now: datetime) -> None:
    """Keep pairs, in their order; tell of those that are new."""
    rows = [_row(each, now=now) for each in sorted(found, key=lambda each: each.pair)]
    if not rows:
        return
    statement = insert(ParticipantDuplicate).values(rows)
    given = statement.excluded
    changed = or_(
        ParticipantDuplicate.score != given.score, ParticipantDuplicate.reasons != given.reasons
    )
    kept = await session.execute(
        statement.on_conflict_do_update(
            index_elements=["a_id", "b_id"],
            set_={
                "score": given.score,
                "reasons": given.reasons,
                "version": ParticipantDuplicate.version + case((changed, 1), else_=0),
            },
            where=_OPEN,
        ).returning(ParticipantDuplicate.id)
    )
    new = {row["id"] for row in rows} & set(kept.scalars())
    drafts = [
        draft_of(
            Topic.DUPLICATE_FOUND,
            DuplicateMoved(duplicate_id=row["id"], **{name: row[name] for name in _TOLD}),
            now=now,
        )
        for row in rows
        if row["id"] in new
    ]
    await emit_all(session, Event, drafts)


def _row(found: Candidate, *, now: datetime) -> dict[str, Any]:
    return {
        "id": new_id(),
        "a_id": found.pair[0],
        "b_id": found.pair[1],
        "score": found.score,
        "reasons": [reason.value for reason in found.reasons],
        "state": DuplicateState.OPEN,
        "version": 1,
        "found_at": now,
    }


def draft_of(topic: Topic, moved: DuplicateMoved, *, now: datetime, version: int = 1) -> Draft:
    """Return the event of a pair; it lies nowhere, for the two may live apart."""
    return Draft(
        topic=topic,
        stream_id=moved.duplicate_id,
        event=moved,
        place=Place(),
        occurred_at=now,
        version=version,
    )


async def close_pairs(
    session: AsyncSession, *, gone: UUID, stays: UUID, reason: str, now: datetime
) -> None:
    """Note that two people were merged; what was decided of the one who is gone holds on.

    Open pairs of the one who is gone are dropped: whoever stays is compared anew.
    """
    merged = {
        "state": DuplicateState.MERGED,
        "decided_by": session.info["actor"].name,
        "decided_at": now,
        "reason": reason,
        "version": ParticipantDuplicate.version + 1,
    }
    both = queries.of_both(gone, stays)
    await session.execute(
        update(ParticipantDuplicate).where(both).values(merged).execution_options(**_QUIETLY)
    )
    distinct = ParticipantDuplicate.state == DuplicateState.DISTINCT
    statement = select(ParticipantDuplicate).where(queries.of_person(gone), distinct)
    known = {
        each
        for row in await session.execute(
            select(ParticipantDuplicate.a_id, ParticipantDuplicate.b_id).where(
                queries.of_person(stays), not_(_OPEN)
            )
        )
        for each in row
    }
    moved = list(await session.scalars(statement.order_by(ParticipantDuplicate.id)))
    others = {row.b_id if row.a_id == gone else row.a_id: row for row in moved}
    await _drop(session, stays, list(others))
    for other, row in others.items():
        if other in known:
            await session.delete(row)
        else:
            row.a_id, row.b_id = pair_of(stays, other)
            row.version += 1
    await session.flush()
    opened = delete(ParticipantDuplicate).where(queries.of_person(gone), _OPEN)
    await session.execute(opened.execution_options(**_QUIETLY))


async def _drop(session: AsyncSession, one: UUID, others: Sequence[UUID]) -> None:
    """Drop the open pairs of one person with others, of whom something has been decided."""
    ids = literal(list(others), ARRAY(SqlUuid()))
    either = or_(ParticipantDuplicate.a_id == any_(ids), ParticipantDuplicate.b_id == any_(ids))
    statement = delete(ParticipantDuplicate).where(queries.of_person(one), either, _OPEN)
    await session.execute(statement.execution_options(**_QUIETLY))
