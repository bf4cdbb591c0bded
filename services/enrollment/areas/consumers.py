"""What enrollment does when the registry's list of areas has changed."""

from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.areas import operations, rules
from shared.schemas.events import EventRead
from shared.schemas.registry import AreaLevel, AreasChanged, AreasImported, Topic

_CHANGES: Final[dict[str, type[AreasImported] | type[AreasChanged]]] = {
    Topic.AREAS_IMPORTED: AreasImported,
    Topic.AREAS_CHANGED: AreasChanged,
}


async def follow_areas(session: AsyncSession, events: list[EventRead]) -> None:
    """Order a fresh copy of the levels that lists or decrees have changed; one a page of events."""
    levels: dict[AreaLevel, int] = {}
    for event in events:
        change = _CHANGES.get(event.topic)
        if change is not None:
            levels |= change.model_validate(event.payload).levels
    if levels:
        await operations.order_copy(session, levels=rules.in_order(levels))


async def forget_areas(session: AsyncSession) -> None:
    """Keep the copy when the registry was restored: its log is read again, and copied again."""
