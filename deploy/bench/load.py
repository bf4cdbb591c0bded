"""A load generator in a process of its own: kept-alive connections that never wait for each other.

It shares two cores with what it measures, so it must cost little: every request is ready as bytes
before the clock starts, and of an answer only its status and its length are looked at.
"""

import asyncio
import multiprocessing
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Final, cast

import uvloop

_HEAD_END: Final = b"\r\n\r\n"
_LENGTH: Final = b"\r\ncontent-length:"
_STATUS_AT: Final = slice(9, 12)
# Source: RFC 9112, section 6.3: these have no body, and need not say so.
_WITHOUT_BODY: Final = frozenset({204, 304})
_GRACE_S: Final = 30.0


class LoadError(Exception):
    """The server closed connections, or answered what the measurement does not allow."""


@dataclass(frozen=True, slots=True)
class Load:
    """What to send to whom: `requests` are complete, one after another, over `connections`."""

    host: str
    port: int
    connections: int
    seconds: float
    requests: Sequence[bytes]


@dataclass(frozen=True, slots=True)
class Result:
    """What came back: answers by status, their latencies in seconds, and the time it took.

    `answered_at` are the moments of the answers on the monotonic clock, in the order of arrival.
    """

    statuses: Counter[int]
    latencies_s: list[float]
    answered_at: list[float]
    seconds: float

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.latencies_s) / self.seconds

    def percentile_ms(self, share: float) -> float:
        """Return the latency below which `share` of the answers lie, in milliseconds."""
        ordered = sorted(self.latencies_s)
        return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))]


class _Sender(asyncio.Protocol):
    """One connection: sends the next request as soon as the answer to the last has come."""

    def __init__(self, turns: Iterator[bytes], ends_at: float, done: asyncio.Future[None]) -> None:
        self.statuses: Counter[int] = Counter()
        self.latencies_s: list[float] = []
        self.answered_at: list[float] = []
        self._turns = turns
        self._ends_at = ends_at
        self._done = done
        self._transport: asyncio.Transport | None = None
        self._buffer = b""
        self._sent_at = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._send_next()

    def data_received(self, data: bytes) -> None:
        self._buffer = self._buffer + data if self._buffer else data
        head = self._buffer.find(_HEAD_END)
        if head < 0:
            return
        status = int(self._buffer[_STATUS_AT])
        length = 0 if status in _WITHOUT_BODY else self._length(head)
        if length is None:
            self._fail("an answer has no content-length")
            return
        if len(self._buffer) < head + len(_HEAD_END) + length:
            return
        now = time.perf_counter()
        self.statuses[status] += 1
        self.latencies_s.append(now - self._sent_at)
        self.answered_at.append(time.monotonic())
        self._buffer = b""
        if now < self._ends_at:
            self._send_next()
        else:
            self._finish()

    def _length(self, head: int) -> int | None:
        at = self._buffer.lower().find(_LENGTH, 0, head)
        if at < 0:
            return None
        start = at + len(_LENGTH)
        return int(self._buffer[start : self._buffer.find(b"\r\n", start)])

    def connection_lost(self, exc: Exception | None) -> None:
        if not self._done.done():
            self._fail("the server closed a connection")

    def _send_next(self) -> None:
        request = next(self._turns, None)
        if request is None or self._transport is None:
            self._finish()
            return
        self._sent_at = time.perf_counter()
        self._transport.write(request)

    def _finish(self) -> None:
        if not self._done.done():
            self._done.set_result(None)
        if self._transport is not None:
            self._transport.close()

    def _fail(self, why: str) -> None:
        if not self._done.done():
            self._done.set_exception(LoadError(why))
        if self._transport is not None:
            self._transport.abort()


async def _drive(load: Load) -> Result:
    loop = asyncio.get_running_loop()
    turns = iter(load.requests)
    began = time.perf_counter()
    ends_at = began + load.seconds
    waits: list[asyncio.Future[None]] = []
    senders: list[_Sender] = []
    for _ in range(load.connections):
        done: asyncio.Future[None] = loop.create_future()
        sender = _Sender(turns, ends_at, done)
        await loop.create_connection(lambda sender=sender: sender, load.host, load.port)  # type: ignore[misc] # the sender of this turn of the loop
        waits.append(done)
        senders.append(sender)
    await asyncio.wait_for(asyncio.gather(*waits), load.seconds + _GRACE_S)
    statuses: Counter[int] = Counter()
    for sender in senders:
        statuses += sender.statuses
    return Result(
        statuses=statuses,
        latencies_s=[latency for sender in senders for latency in sender.latencies_s],
        answered_at=sorted(moment for sender in senders for moment in sender.answered_at),
        seconds=time.perf_counter() - began,
    )


def _child(pipe: Connection, load: Load) -> None:
    pipe.send(uvloop.run(_drive(load)))
    pipe.close()


class Driver:
    """One load under way in another process."""

    def __init__(self, load: Load) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe(duplex=False)
        self._process = context.Process(target=_child, args=(theirs, load), daemon=True)
        self._process.start()
        theirs.close()

    def result(self) -> Result:
        """Wait for the end of the load and return what came back.

        Raises:
            LoadError: when the process ended without a result.
        """
        try:
            result: Result = self._pipe.recv()
        except EOFError:
            raise LoadError("The load generator ended before it had a result.") from None
        finally:
            self._process.join()
        return result


def drive(load: Load) -> Result:
    """Send a load from another process and return what came back."""
    return Driver(load).result()
