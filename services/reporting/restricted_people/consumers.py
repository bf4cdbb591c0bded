"""What reporting does when it is told that a person's data may not be processed."""

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from services.reporting.restricted_people.operations import keep_restriction
from services.reporting.restricted_people.tables import RestrictedPerson
from shared.schemas.enrollment import RestrictionMoved, Topic
from shared.schemas.events import EventRead

_TOPICS = frozenset({Topic.PARTICIPANT_RESTRICTED, Topic.RESTRICTION_LIFTED})


async def follow_restrictions(session: AsyncSession, events: list[EventRead]) -> None:
    """Keep who is restricted; of two events of one person the newer counts."""
    for event in events:
        if event.topic in _TOPICS:
            moved = RestrictionMoved.model_validate(event.payload)
            await keep_restriction(
                session,
                moved.participant_id,
                version=event.version,
                restricted_at=moved.restricted_at,
            )


async def forget_restrictions(session: AsyncSession) -> None:
    """Let enrollment, which was restored, tell anew who is restricted; until then all stay so."""
    await session.execute(update(RestrictedPerson).values(version=0))
