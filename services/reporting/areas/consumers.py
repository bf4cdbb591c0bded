"""What reporting does when the registry's list of areas has changed."""

from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from services.reporting.areas import operations
from shared.schemas.events import EventRead
from shared.schemas.registry import Topic

_CHANGES: Final = frozenset({Topic.AREAS_IMPORTED, Topic.AREAS_CHANGED})


async def follow_areas(session: AsyncSession, events: list[EventRead]) -> None:
    """Order a fresh copy when lists or decrees have changed areas; one a page of events."""
    if any(event.topic in _CHANGES for event in events):
        await operations.order_copy(session)
