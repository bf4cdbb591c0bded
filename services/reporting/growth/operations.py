"""Changes that catching up makes: noticed, read in, done with."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.reporting.base import Job
from services.reporting.folding.rules import Recorded, Source
from services.reporting.folding.tables import Fold
from services.reporting.growth.rules import Growth, growth_of
from services.reporting.growth.schemas import ReadAnew
from services.reporting.ledger import rules as ledger
from services.reporting.ledger.operations import fold_events
from services.reporting.ledger.queries import lock_fold
from services.reporting.rebuilds.operations import RebuildRunningError, order_rebuild
from services.reporting.rebuilds.schemas import RebuildCreate
from shared.db.jobs import add_job
from shared.schemas.jobs import JobState

READ_ANEW: Final = "read-anew"


async def notice_growth(session: AsyncSession, *, now: datetime) -> list[Source]:
    """Order whatever this version has to catch up with, and return the sources that are behind.

    Topics that the ledger never kept are read from the source's first event; once it has them, what
    was folded into other tables or cells is folded anew and swapped. A ledger that holds nothing
    yet was never folded by another version.
    """
    refolded, behind = [], []
    for source in Source:
        fold = await lock_fold(session, source)
        if fold.topics is None:
            mark_current(fold)
            continue
        growth = growth_from(fold)
        if growth.nothing:
            continue
        behind.append(source)
        fold.behind_since = fold.behind_since or now
        if not growth.topics:
            refolded.append(source)
        elif not await _is_reading(session, source):
            await add_job(session, Job, kind=READ_ANEW, payload=ReadAnew(source=source))
    await session.flush()
    if refolded:
        await _order_refold(session, refolded)
    return behind


async def _order_refold(session: AsyncSession, sources: list[Source]) -> None:
    try:
        await order_rebuild(session, body=RebuildCreate(sources=sources, swap=True))
    except RebuildRunningError:
        return  # the next look orders it


def growth_from(fold: Fold) -> Growth:
    """Return what the ledger of a source lacks."""
    return growth_of(
        kept=fold.topics or (),
        known=ledger.topics_of(fold.source),
        layout=fold.layout,
        present=ledger.layout_of(fold.source),
    )


def mark_current(fold: Fold) -> None:
    """Note that the ledger of a source holds and folds all that this version knows."""
    fold.topics, fold.layout = ledger.topics_of(fold.source), ledger.layout_of(fold.source)
    fold.behind_since = None


async def _is_reading(session: AsyncSession, source: Source) -> bool:
    waiting = select(Job.id).where(
        Job.kind == READ_ANEW,
        Job.state.in_((JobState.QUEUED, JobState.RUNNING)),
        Job.payload["source"].astext == source,
    )
    return (await session.scalars(waiting.limit(1))).first() is not None


async def take_missing(
    session: AsyncSession,
    *,
    source: Source,
    era: int,
    topics: frozenset[str],
    events: list[Recorded],
) -> bool:
    """Fold those of `events` whose topic was never kept; False when the source was restored.

    The ledger lets each event in once, so that what the reader of the feed, which goes on, has
    taken meanwhile is not taken again.
    """
    fold = await lock_fold(session, source)
    if fold.era != era:
        return False
    await fold_events(session, source=source, events=_of(topics, events))
    return True


def _of(topics: frozenset[str], events: Iterable[Recorded]) -> list[Recorded]:
    return [event for event in events if event.topic in topics]


async def note_kept(session: AsyncSession, *, source: Source, era: int) -> None:
    """Note that the ledger of a source holds every topic that this version knows."""
    fold = await lock_fold(session, source)
    if fold.era != era:
        return  # a restored source is read from its first event by this version
    fold.topics = ledger.topics_of(source)
    if growth_from(fold).nothing:
        fold.behind_since = None
    await session.flush()
