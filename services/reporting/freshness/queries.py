"""Reads of what the figures stand on."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.reporting.base import FeedCursor
from services.reporting.class_facts.tables import LiveClassSummary
from services.reporting.folding.rules import Source
from services.reporting.folding.tables import Fold
from services.reporting.freshness.rules import Reading
from services.reporting.programs.tables import Wave


async def read_sources(session: AsyncSession) -> dict[Source, Reading]:
    """Return how far each source is folded, in one statement."""
    statement = select(
        Fold.source,
        Fold.generation,
        Fold.position,
        Fold.behind_since,
        FeedCursor.as_of,
        FeedCursor.last_event_at,
        FeedCursor.caught_up,
    ).outerjoin(FeedCursor, FeedCursor.source == Fold.source)
    rows = (await session.execute(statement)).all()
    return {
        row.source: Reading(
            source=row.source,
            generation=row.generation,
            position=row.position,
            as_of=row.as_of,
            last_event_at=row.last_event_at,
            caught_up=bool(row.caught_up),
            behind_since=row.behind_since,
        )
        for row in rows
    }


async def list_starts(session: AsyncSession) -> tuple[datetime, ...]:
    """Return the moments at which classes start, ascending; classes of one wave share a few."""
    classes = LiveClassSummary.__table__.c
    statement = select(classes.starts_at).where(classes.n != 0).distinct()
    return tuple(sorted((await session.scalars(statement)).all()))


async def list_synthetic_waves(session: AsyncSession) -> frozenset[str]:
    """Return the ids of the waves whose data are generated."""
    found = await session.scalars(select(Wave.id).where(Wave.synthetic))
    return frozenset(str(wave) for wave in found)
