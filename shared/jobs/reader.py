"""A resident loop that pulls a feed and does something with each event, exactly once."""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Final, TypeAlias

import httpx
from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from shared.clock import utc_now
from shared.db.cursors import FeedCursorColumns
from shared.db.events import EventColumns, read_feed
from shared.db.session import Sessions, transaction
from shared.http.client import get_json
from shared.jobs.context import WorkerContext
from shared.logging import get_logger
from shared.schemas.events import EventFeed, EventRead
from shared.scope import SYSTEM, Actor

Fetch: TypeAlias = Callable[[str | None, int], Awaitable[EventFeed]]
Consume: TypeAlias = Callable[[AsyncSession, list[EventRead]], Awaitable[None]]
Reset: TypeAlias = Callable[[AsyncSession], Awaitable[None]]

_NOTE_EVERY: Final = timedelta(seconds=1)
_FIRST_PAUSE_S: Final = 0.25
_LONGEST_PAUSE_S: Final = 5.0

_log = get_logger(__name__)


class Pull(IntEnum):
    """What one look at the feed found."""

    NOTHING = 0
    SOME = 1
    MORE = 2


# A page that was not full is followed by a short rest, so that events that trickle in are taken
# together; the sleep is never over 250 ms.
_REST_S: Final = {Pull.NOTHING: 0.25, Pull.SOME: 0.1, Pull.MORE: 0.0}


@dataclass(frozen=True, slots=True)
class _Position:
    cursor: str | None
    epoch: int


def _read_until(page: EventFeed) -> datetime | None:
    """Return when the last event was recorded that a page shows or has passed over."""
    # A service of an earlier version does not say it; it passes nothing over either.
    return page.read_until or (page.items[-1].recorded_at if page.items else None)


def _known_until(moment: datetime, page: EventFeed) -> datetime:
    """Return up to when all is known: `moment`, unless an event recorded before it is waiting."""
    return moment if page.unsettled_since is None else min(moment, page.unsettled_since)


def http_feed(
    client: httpx.AsyncClient, path: str = "/v1/events", *, without: Collection[str] = ()
) -> Fetch:
    """Return the fetch of another service's feed, but for events `without` whose topics it does."""

    async def fetch(after: str | None, limit: int) -> EventFeed:
        params: dict[str, str | int] = {"limit": limit}
        if without:
            params["without"] = ",".join(sorted(without))
        if after is not None:
            params["after"] = after
        return EventFeed.model_validate(await get_json(client, path, params=params))

    return fetch


def local_feed(
    sessions: Sessions, event: type[EventColumns], *, without: Collection[str] = ()
) -> Fetch:
    """Return the fetch of the service's own log, but for events of the topics `without`."""
    reader = Actor(issuer="balai", subject="feed-reader")

    async def fetch(after: str | None, limit: int) -> EventFeed:
        async with transaction(sessions, scope=SYSTEM, actor=reader) as session:
            return await read_feed(session, event, after=after, limit=limit, without=without)

    return fetch


class FeedReader:
    """Reads one source from its cursor on.

    `consume` gets each event once, in the transaction that moves the cursor. `reset` undoes all
    that was made of the source, before it is read again from the beginning: its database was
    restored, and what readers know of it may not have happened.
    """

    def __init__(
        self,
        *,
        source: str,
        table: type[FeedCursorColumns],
        fetch: Fetch,
        consume: Consume,
        reset: Reset,
        limit: int = 1_000,
    ) -> None:
        self.source = source
        self._table = table
        self._fetch = fetch
        self._consume = consume
        self._reset = reset
        self._limit = limit
        self._position: _Position | None = None
        self._noted_at: datetime | None = None

    async def run(self, context: WorkerContext) -> None:
        """Pull until cancelled; what fails is tried again from where the cursor stands."""
        pause_s = _FIRST_PAUSE_S
        while True:
            try:
                found = await self.pull(context)
            except Exception as error:  # noqa: BLE001 - no event is ever skipped: the same page again
                self._position = None
                self._report(error, lasting=pause_s >= _LONGEST_PAUSE_S)
                await asyncio.sleep(pause_s)
                pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)
            else:
                pause_s = _FIRST_PAUSE_S
                await asyncio.sleep(_REST_S[found])

    async def drain(self, context: WorkerContext) -> None:
        """Pull until the feed has nothing more."""
        while await self.pull(context):
            pass

    async def pull(self, context: WorkerContext) -> Pull:
        """Take one page of the feed, fetched before any transaction is opened."""
        position = self._position or await self._load(context)
        page = await self._fetch(position.cursor, self._limit)
        if position.epoch not in (0, page.epoch):
            await self._begin_again(context, position, page.epoch)
            return Pull.MORE
        if _read_until(page) is None:
            await self._note_idle(context, position, page)
            return Pull.NOTHING
        if not await self._take(context, position, page):
            return Pull.NOTHING
        return Pull.MORE if page.more else Pull.SOME

    def _report(self, error: Exception, *, lasting: bool) -> None:
        # A source that starts a moment later than its readers is no matter for an operator; one
        # that stays away is told of again and again.
        name = type(error).__name__
        if lasting:
            _log.warning("feed-stalled", source=self.source, error=name, exc_info=error)
        else:
            _log.info("feed-stalled", source=self.source, error=name)

    async def _load(self, context: WorkerContext) -> _Position:
        table = self._table
        async with context.transaction() as session:
            await session.execute(insert(table).values(source=self.source).on_conflict_do_nothing())
            row = (
                await session.execute(
                    select(table.cursor, table.epoch).where(table.source == self.source)
                )
            ).one()
        self._position = _Position(row.cursor, row.epoch)
        return self._position

    async def _hold(self, session: AsyncSession, position: _Position) -> FeedCursorColumns | None:
        """Lock the cursor; None when another reader holds it or has moved it."""
        row = await session.scalar(
            select(self._table)
            .where(self._table.source == self.source)
            .with_for_update(skip_locked=True)
        )
        if row is None or _Position(row.cursor, row.epoch) != position:
            self._position = None
            return None
        return row

    async def _take(self, context: WorkerContext, position: _Position, page: EventFeed) -> bool:
        async with context.transaction() as session:
            row = await self._hold(session, position)
            if row is None:
                return False
            if page.items:
                await self._consume(session, page.items)
            row.cursor, row.epoch, row.caught_up = page.cursor, page.epoch, False
            row.last_event_at = until = _read_until(page)
            row.as_of = until and _known_until(until, page)
            row.updated_at = utc_now()
        self._position, self._noted_at = _Position(page.cursor, page.epoch), None
        return True

    async def _note_idle(
        self, context: WorkerContext, position: _Position, page: EventFeed
    ) -> None:
        """Note that there was nothing to read, at most once a second once that is known.

        That is no catching up while events wait behind a transaction that is still under way.
        """
        now = utc_now()
        if self._noted_at is not None and now - self._noted_at < _NOTE_EVERY:
            return
        async with context.transaction() as session:
            # Losing this note in a crash costs a second of freshness, waiting for the disk more.
            await session.execute(text("SET LOCAL synchronous_commit = off"))
            row = await self._hold(session, position)
            if row is None:
                return
            row.epoch, row.caught_up = page.epoch, page.unsettled_since is None
            row.as_of, row.updated_at = _known_until(now, page), now
        self._position = _Position(position.cursor, page.epoch)
        self._noted_at = now

    async def _begin_again(self, context: WorkerContext, position: _Position, epoch: int) -> None:
        async with context.transaction() as session:
            row = await self._hold(session, position)
            if row is None:
                return
            _log.warning("feed-epoch-raised", source=self.source, epoch=epoch)
            await self._reset(session)
            row.cursor, row.epoch, row.caught_up, row.updated_at = None, epoch, False, utc_now()
        self._position, self._noted_at = _Position(None, epoch), None
