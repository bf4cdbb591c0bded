"""Changes to boundaries: a list beside the one that holds, then in its place."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.reporting.base import Event
from services.reporting.boundaries.rules import Boundary
from services.reporting.boundaries.schemas import LoadBoundaries
from services.reporting.boundaries.tables import AreaBoundary, BoundaryList
from shared.db.events import emit
from shared.schemas.registry import AreaLevel
from shared.schemas.reporting import BoundariesLoaded, Topic
from shared.scope import Place


async def add_boundaries(
    session: AsyncSession, list_id: UUID, boundaries: Sequence[Boundary]
) -> None:
    """Add some areas to a list that does not hold yet; those that it has stay."""
    rows = [
        {
            "list_id": list_id,
            "code": each.code,
            "name": each.name,
            "exact": each.exact,
            "outline": each.outline,
        }
        for each in boundaries
    ]
    await session.execute(insert(AreaBoundary).values(rows).on_conflict_do_nothing())


async def hold_list(
    session: AsyncSession,
    list_id: UUID,
    *,
    level: AreaLevel,
    areas: int,
    order: LoadBoundaries,
    now: datetime,
) -> None:
    """Let a list take the place of the one that holds, and tell of it."""
    values = {
        "list_id": list_id,
        "source": order.source,
        "licence": order.licence,
        "areas": areas,
        "loaded_at": now,
    }
    statement = insert(BoundaryList).values(level=level, **values)
    await session.execute(
        statement.on_conflict_do_update(index_elements=[BoundaryList.level], set_=values)
    )
    held = select(BoundaryList.list_id)
    await session.execute(
        delete(AreaBoundary)
        .where(AreaBoundary.list_id.not_in(held))
        .execution_options(synchronize_session=False)
    )
    await emit(
        session,
        Event,
        topic=Topic.BOUNDARIES_LOADED,
        stream_id=list_id,
        event=BoundariesLoaded(level=level, areas=areas, source=order.source, loaded_at=now),
        place=Place(),
        occurred_at=now,
    )
