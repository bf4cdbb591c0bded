"""What reporting does when it is told who may act for whom."""

from sqlalchemy import delete, func, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.reporting.held_grants.tables import BoundLogin, HeldGrant
from shared.db import grants
from shared.schemas.enrollment import LoginBound, ParticipantMerged, Topic
from shared.schemas.events import EventRead

_BINDINGS = frozenset({Topic.PARTICIPANT_BOUND, Topic.PARTICIPANT_UNBOUND})


async def follow_grants(session: AsyncSession, events: list[EventRead]) -> None:
    """Keep the registry's assignments that were granted, changed or revoked."""
    await grants.follow_grants(session, HeldGrant, events)


async def forget_grants(session: AsyncSession) -> None:
    """Forget who may do what: the registry was restored, and tells it again."""
    await grants.forget_grants(session, HeldGrant)


async def follow_logins(session: AsyncSession, events: list[EventRead]) -> None:
    """Keep which logins act as which people, as enrollment tells it.

    A binding that has ended stays ended, in whatever order it is told.
    """
    told = [
        LoginBound.model_validate(event.payload) for event in events if event.topic in _BINDINGS
    ]
    rows = {each.id: each.model_dump() for each in told if each.unbound_at is None}
    rows |= {each.id: each.model_dump() for each in told if each.unbound_at is not None}
    if rows:
        statement = insert(BoundLogin).values([rows[key] for key in sorted(rows)])
        ended = func.coalesce(BoundLogin.unbound_at, statement.excluded.unbound_at)
        await session.execute(
            statement.on_conflict_do_update(index_elements=["id"], set_={"unbound_at": ended})
        )


async def follow_people(session: AsyncSession, events: list[EventRead]) -> None:
    """Let the logins of somebody who was merged act as the one who stays, in the log's order."""
    for event in events:
        if event.topic == Topic.PARTICIPANT_MERGED:
            merged = ParticipantMerged.model_validate(event.payload)
            await session.execute(
                update(BoundLogin)
                .where(BoundLogin.participant_id == merged.from_id)
                .values(participant_id=merged.participant_id)
            )


async def forget_logins(session: AsyncSession) -> None:
    """Let nobody act as a person any more until enrollment, which was restored, has told who."""
    await session.execute(delete(BoundLogin))
