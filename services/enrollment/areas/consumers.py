"""What enrollment does when the registry's list of areas has changed."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.areas import operations, rules
from shared.schemas.events import EventRead
from shared.schemas.registry import AreasImported, Topic


async def follow_areas(session: AsyncSession, events: list[EventRead]) -> None:
    """Order a fresh copy after an import; of several in one page the last one tells enough."""
    imports = [event for event in events if event.topic == Topic.AREAS_IMPORTED]
    if imports:
        imported = AreasImported.model_validate(imports[-1].payload)
        await operations.order_copy(session, levels=rules.in_order(imported.levels))


async def forget_areas(session: AsyncSession) -> None:
    """Keep the copy when the registry was restored: its log is read again, and copied again."""
