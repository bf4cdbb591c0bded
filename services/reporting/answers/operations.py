"""The last answers in memory, and the turns of those that cost much."""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Final

from services.reporting.labels.queries import AreaNames
from shared.errors import UnavailableError

_KEPT_ANSWERS: Final = 512
# The largest answer takes some 12 MB.
_KEPT_BYTES: Final = 96 << 20
# Whole days of the ledger are folded anew, or cubes read that grow with people.
_HEAVY_AT_ONCE: Final = 2
_PATIENCE_S: Final = 10.0


@dataclass(frozen=True, slots=True)
class Kept:
    """What of an answer stays the same while nothing is folded, as JSON; `rows` are `number`."""

    rows: bytes
    labels: bytes
    number: int

    @property
    def size(self) -> int:
        """How many bytes are kept."""
        return len(self.rows) + len(self.labels)


class Answers:
    """The rows of the last answers, by ETag: whoever asks the same is answered from memory.

    Many who ask at once for what is not there wait for one and the same reading.
    """

    def __init__(self, size: int = _KEPT_ANSWERS, most: int = _KEPT_BYTES) -> None:
        self.areas = AreaNames()
        self._size, self._most = size, most
        self._kept: OrderedDict[str, Kept] = OrderedDict()
        self._bytes = 0
        self._reading: dict[str, asyncio.Future[Kept]] = {}
        self._turns = asyncio.Semaphore(_HEAVY_AT_ONCE)

    async def get(self, etag: str, read: Callable[[], Awaitable[Kept]]) -> Kept:
        """Return the rows under `etag`, read if need be; a failed reading is not kept."""
        kept = self._kept.get(etag)
        if kept is not None:
            return kept
        reading = self._reading.get(etag)
        if reading is None:
            reading = self._reading[etag] = asyncio.ensure_future(read())
            reading.add_done_callback(partial(self._keep, etag))
        return await asyncio.shield(reading)

    def _keep(self, etag: str, reading: asyncio.Future[Kept]) -> None:
        """Keep what was read; the oldest go while all together are too many or too large."""
        del self._reading[etag]
        if reading.cancelled() or reading.exception() is not None:
            return
        self._kept[etag] = reading.result()
        self._bytes += self._kept[etag].size
        while len(self._kept) > self._size or self._bytes > self._most:
            _, oldest = self._kept.popitem(last=False)
            self._bytes -= oldest.size

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Yield when it is the turn of one more reading that costs much.

        Raises:
            UnavailableError: when too many wait before it.
        """
        try:
            async with asyncio.timeout(_PATIENCE_S):
                await self._turns.acquire()
        except TimeoutError:
            raise UnavailableError(retry_after_s=int(_PATIENCE_S)) from None
        try:
            yield
        finally:
            self._turns.release()
