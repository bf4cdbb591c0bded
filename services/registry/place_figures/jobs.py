"""Telling figures: as events change them, and at night, since days pass that matter."""

from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.base import Event, FeedCursor
from services.registry.place_figures import operations, rules
from services.registry.place_figures.rules import Moment
from services.registry.place_figures.schemas import TellFigures
from shared.clock import ledger_day, utc_now
from shared.jobs.context import Cron, JobContext, JobHandler, WorkerContext
from shared.jobs.reader import FeedReader, local_feed
from shared.schemas.events import EventRead
from shared.schemas.registry import Topic

# What was told comes back through the log, and asks for nothing.
_OWN: Final = (Topic.STANDING_MOVED.value, Topic.HOURS_MOVED.value)
# A page is one transaction: a recount of as many facilities at worst.
_PAGE: Final = 200


def _moment() -> Moment:
    now = utc_now()
    return Moment(now, ledger_day(now))


async def follow_places(session: AsyncSession, events: list[EventRead]) -> None:
    """Tell the figures that a page of events has changed, of each place once."""
    asked = rules.asked_by((event.topic, event.payload) for event in events)
    await operations.tell(session, asked, moment=_moment())


async def forget_places(session: AsyncSession) -> None:
    """Keep what was told: it was restored together with the log that told it."""


def reader_of(context: WorkerContext) -> FeedReader:
    """Return the reader of the registry's own log."""
    return FeedReader(
        source="registry",
        table=FeedCursor,
        fetch=local_feed(context.sessions, Event, without=_OWN),
        consume=follow_places,
        reset=forget_places,
        limit=_PAGE,
    )


async def tell_all(context: WorkerContext) -> None:
    """Tell the figures of all facilities and agreements, a chunk in each transaction."""
    for tell_after in (operations.tell_facilities_after, operations.tell_agreements_after):
        after: UUID | None = None
        while True:
            async with context.transaction() as session:
                after = await tell_after(session, after, moment=_moment())
            if after is None:
                break


async def tell_figures(context: JobContext, payload: TellFigures) -> dict[str, Any]:
    """Tell all figures anew."""
    await tell_all(context)
    return {}


TELL_FIGURES: Final = JobHandler(TellFigures.kind, TellFigures, tell_figures)
TELL_NIGHTLY: Final = Cron("tell-figures", timedelta(hours=6), tell_all)
