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


def _size_of(answer: asyncio.Future[Kept]) -> int:
    read = answer.done() and not answer.cancelled() and answer.exception() is None
    return answer.result().size if read else 0


class Answers:
    """The rows of the last answers, by ETag: whoever asks the same is answered from memory.

    Many who ask at once for what is not there wait for one and the same reading.
    """

    def __init__(self, size: int = _KEPT_ANSWERS, most: int = _KEPT_BYTES) -> None:
        self.areas = AreaNames()
        self._size, self._most = size, most
        self._kept: OrderedDict[str, asyncio.Future[Kept]] = OrderedDict()
        self._turns = asyncio.Semaphore(_HEAVY_AT_ONCE)

    async def get(self, etag: str, read: Callable[[], Awaitable[Kept]]) -> Kept:
        """Return the rows under `etag`, read if need be; a failed reading is not kept."""
        answer = self._kept.get(etag)
        if answer is None:
            answer = self._kept[etag] = asyncio.ensure_future(read())
            answer.add_done_callback(lambda _: self._make_room())
            if len(self._kept) > self._size:
                self._kept.popitem(last=False)
        try:
            return await asyncio.shield(answer)
        except Exception:
            self._kept.pop(etag, None)
            raise

    def _make_room(self) -> None:
        """Let the oldest answers go while all together are too large."""
        sizes = {etag: _size_of(answer) for etag, answer in self._kept.items()}
        over = sum(sizes.values()) - self._most
        for etag, size in sizes.items():
            if over <= 0:
                break
            if size:
                del self._kept[etag]
                over -= size

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
