"""The watch: one task a process that knows what the figures stand on."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Final

from services.reporting.areas.queries import areas_mark
from services.reporting.folding.rules import Source
from services.reporting.freshness import queries
from services.reporting.freshness.rules import Standing
from shared.db.session import Sessions, make_engine, make_sessions, transaction
from shared.logging import get_logger
from shared.scope import NATIONAL, Actor

EVERY_S: Final = 0.25

_WATCH: Final = Actor(issuer="balai:reporting", subject="watch")
_log = get_logger(__name__)


class Watch:
    """Keeps the present standing; what was known last stays known while the database is away."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions
        self._standing: Standing | None = None
        self._looked = asyncio.Event()

    async def standing(self) -> Standing:
        """Return what is known, without asking the database but for the first time."""
        return self._standing or await self.refresh()

    async def refresh(self) -> Standing:
        """Ask the database now."""
        known = self._standing
        async with transaction(self._sessions, scope=NATIONAL, actor=_WATCH) as session:
            readings = await queries.read_sources(session)
            fresh = Standing(readings, areas=await areas_mark(session))
            if known is not None and known.position(Source) == fresh.position(Source):
                starts, waves = known.starts, known.synthetic_waves
            else:
                starts = await queries.list_starts(session)
                waves = await queries.list_synthetic_waves(session)
            fresh = replace(fresh, starts=starts, synthetic_waves=waves)
        self._standing = fresh
        return fresh

    async def tick(self) -> None:
        """Wait until the watch has looked once more, whether it saw anything or not."""
        await self._looked.wait()

    async def run(self) -> None:
        """Refresh until cancelled."""
        failing = False
        while True:
            try:
                await self.refresh()
                failing = False
            except Exception as error:  # noqa: BLE001 - what is known stays; as_of tells its age
                if not failing:
                    _log.warning("watch-stalled", error=type(error).__name__)
                failing = True
            looked, self._looked = self._looked, asyncio.Event()
            looked.set()
            await asyncio.sleep(EVERY_S)


@asynccontextmanager
async def watching(database_url: str) -> AsyncIterator[Watch]:
    """Yield a watch that keeps looking until the block ends.

    It has a connection of its own: requests that wait for one must not make figures look old.
    """
    engine = make_engine(database_url, name="reporting-watch", pool_size=1)
    watch = Watch(make_sessions(engine))
    task = asyncio.create_task(watch.run())
    try:
        yield watch
    finally:
        task.cancel()
        await asyncio.wait([task])
        await engine.dispose()
