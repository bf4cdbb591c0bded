"""Reads feeds anew whose older events this version is the first to fold, beside their readers."""

from datetime import timedelta
from typing import Any, Final

from services.reporting.base import Event
from services.reporting.folding.rules import Source
from services.reporting.growth import operations
from services.reporting.growth.schemas import ReadAnew
from services.reporting.ledger.consumers import recorded
from services.reporting.ledger.queries import get_fold
from shared.clock import utc_now
from shared.jobs.context import Cron, JobContext, JobHandler, WorkerContext
from shared.jobs.reader import Fetch, http_feed, local_feed
from shared.logging import get_logger
from shared.schemas.enrollment import IN_BULK

PAGE: Final = 2_000

_log = get_logger(__name__)


async def look(context: WorkerContext) -> None:
    """Order what this version has to catch up with, if there is anything."""
    async with context.transaction() as session:
        behind = await operations.notice_growth(session, now=utc_now())
    if behind:
        _log.info("figures-catch-up", sources=behind)


async def read_anew(context: JobContext, order: ReadAnew) -> dict[str, Any]:
    """Read a source from its first event to its present end, and take what was never kept.

    The reader of the feed goes on meanwhile: its cursor is not touched, what others make of the
    feed is not told twice, and the figures that are there stay. Begun anew, it takes nothing twice.
    """
    async with context.transaction() as session:
        fold = await get_fold(session, order.source)
        missing = operations.growth_from(fold).topics
    fetch = _fetch(context, order.source)
    cursor: str | None = None
    read, more = 0, bool(missing)
    while more:
        page = await fetch(cursor, PAGE)
        events = [recorded(event) for event in page.items if event.topic in missing]
        if events:
            async with context.transaction() as session:
                if not await operations.take_missing(
                    session, source=order.source, era=fold.era, topics=missing, events=events
                ):
                    return {"read": read, "restored": True}
        cursor, more, read = page.cursor, page.more, read + len(page.items)
        await context.progress(read)
    async with context.transaction() as session:
        await operations.note_kept(session, source=order.source, era=fold.era)
    await look(context)
    return {"read": read, "restored": False}


def _fetch(context: WorkerContext, source: Source) -> Fetch:
    client = context.clients.get(source)
    if client is None:
        return local_feed(context.sessions, Event)
    return http_feed(client, without=IN_BULK if source is Source.ENROLLMENT else ())


READ: Final = JobHandler(operations.READ_ANEW, ReadAnew, read_anew)
LOOK: Final = Cron("look-for-growth", timedelta(minutes=1), look)
