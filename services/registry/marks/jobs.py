"""The watch: one task a process that knows how far the log has come."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final

from services.registry.marks import queries
from shared.db.session import Sessions, make_engine, make_sessions
from shared.logging import get_logger

EVERY_S: Final = 0.25
# A mark that could not be read anew for so long tells nothing of the present any more.
GOOD_S: Final = 1.0

_log = get_logger(__name__)


class Watch:
    """Keeps the mark of the log as it was a quarter of a second ago, or not long before."""

    def __init__(self, sessions: Sessions, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._sessions = sessions
        self._clock = clock
        self._mark: str | None = None
        self._asked_at = 0.0

    @property
    def mark(self) -> str | None:
        """Return what is known without asking; None when it is not known or too old.

        Whoever has seen a page under this mark has it as it was when the mark was read, or newer.
        """
        return self._mark if self._clock() - self._asked_at <= GOOD_S else None

    async def refresh(self) -> None:
        """Ask the database now."""
        asked_at = self._clock()
        self._mark = await queries.read_mark(self._sessions)
        self._asked_at = asked_at

    async def run(self) -> None:
        """Refresh until cancelled."""
        failing = False
        while True:
            try:
                await self.refresh()
                failing = False
            except Exception as error:  # noqa: BLE001 - the mark grows too old by itself
                if not failing:
                    _log.warning("watch-stalled", error=type(error).__name__)
                failing = True
            await asyncio.sleep(EVERY_S)


@asynccontextmanager
async def watching(database_url: str) -> AsyncIterator[Watch]:
    """Yield a watch that keeps looking until the block ends.

    It has a connection of its own: requests that wait for one must not make the mark too old.
    """
    engine = make_engine(database_url, name="registry-watch", pool_size=1)
    watch = Watch(make_sessions(engine))
    task = asyncio.create_task(watch.run())
    try:
        yield watch
    finally:
        task.cancel()
        await asyncio.wait([task])
        await engine.dispose()
