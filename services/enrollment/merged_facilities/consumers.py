"""What enrollment does when the registry has merged facilities."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.merged_facilities import operations
from shared.schemas.events import EventRead
from shared.schemas.registry import FacilityMerged, Topic


async def follow_merges(session: AsyncSession, events: list[EventRead]) -> None:
    """Keep what was merged into what, and order the moving of its classes: once a page."""
    merges = [event for event in events if event.topic == Topic.FACILITY_MERGED]
    for event in merges:
        merged = FacilityMerged.model_validate(event.payload)
        await operations.note_merge(session, merged, now=event.occurred_at)
    if merges:
        await operations.order_moving(session)


async def forget_merges(session: AsyncSession) -> None:
    """Forget what was merged: the registry was restored, and tells it again."""
    await operations.forget_merges(session)
