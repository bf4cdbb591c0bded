"""What reporting does when it is told that a person was erased."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.reporting.person_records.operations import erase_person
from shared.schemas.enrollment import PersonErased, Topic
from shared.schemas.events import EventRead


async def follow_erasures(session: AsyncSession, events: list[EventRead]) -> None:
    """Erase whom enrollment has erased, also after reporting was restored from a backup."""
    for event in events:
        if event.topic == Topic.PARTICIPANT_ERASED:
            erased = PersonErased.model_validate(event.payload)
            await erase_person(session, erased.participant_id, now=event.occurred_at)
