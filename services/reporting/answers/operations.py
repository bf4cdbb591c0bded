"""The last answers in memory, and the turns of those that cost much."""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from services.reporting.labels.queries import AreaNames
from shared.errors import UnavailableError

_KEPT_ANSWERS: Final = 512
# Whole days of the ledger are folded anew, or cubes read that grow with people.
_HEAVY_AT_ONCE: Final = 2
_PATIENCE_S: Final = 10.0


@dataclass(frozen=True, slots=True)
class Kept:
    """What of an answer stays the same while nothing is folded, as JSON; `rows` are `number`."""

    rows: bytes
    labels: bytes
    number: int


class Answers:
    """The rows of the last answers, by ETag: whoever asks the same is answered from memory.

    Many who ask at once for what is not there wait for one and the same reading.
    """

    def __init__(self, size: int = _KEPT_ANSWERS) -> None:
        self.areas = AreaNames()
        self._size = size
        self._kept: OrderedDict[str, asyncio.Future[Kept]] = OrderedDict()
        self._turns = asyncio.Semaphore(_HEAVY_AT_ONCE)

    async def get(self, etag: str, read: Callable[[], Awaitable[Kept]]) -> Kept:
        """Return the rows under `etag`, read if need be; a failed reading is not kept."""
        answer = self._kept.get(etag)
        if answer is None:
            answer = self._kept[etag] = asyncio.ensure_future(read())
            if len(self._kept) > self._size:
                self._kept.popitem(last=False)
        try:
            return await asyncio.shield(answer)
        except Exception:
            self._kept.pop(etag, None)
            raise

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
