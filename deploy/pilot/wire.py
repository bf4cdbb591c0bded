"""A lean HTTP/1.1 client over kept-alive connections, for thousands of small requests a second.

A client that shares two cores with the servers it drives must cost little: parsing is httptools',
a request is one write, a pool is a stack of idle connections.
"""

import asyncio
from collections.abc import Mapping
from types import TracebackType
from typing import NamedTuple, Self, cast
from urllib.parse import urlsplit

import httptools

from deploy.problems import CommandError


class Answer(NamedTuple):
    """What a server answered; header names are lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class WireError(CommandError):
    """The connection failed before the whole answer had come: the outcome is unknown."""


class _Connection(asyncio.Protocol):
    """One connection that carries one request at a time."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self.drops_answer = False
        self._waiting: asyncio.Future[Answer] | None = None
        self._parser = httptools.HttpResponseParser(self)
        self._headers: dict[str, str] = {}
        self._chunks: list[bytes] = []

    @property
    def usable(self) -> bool:
        """Whether another request may be sent."""
        return self.transport is not None and not self.transport.is_closing()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self._fail(exc)

    def data_received(self, data: bytes) -> None:
        if self.drops_answer:
            self.close()
            self._fail(None)
            return
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError as error:
            self.close()
            self._fail(error)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_body(self, body: bytes) -> None:
        self._chunks.append(body)

    def on_message_complete(self) -> None:
        answer = Answer(self._parser.get_status_code(), self._headers, b"".join(self._chunks))
        if not self._parser.should_keep_alive():
            self.close()
        self._parser = httptools.HttpResponseParser(self)
        self._headers, self._chunks = {}, []
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(answer)

    def send(self, request: bytes) -> asyncio.Future[Answer]:
        """Write one request; the future fails with WireError when the connection does."""
        if self.transport is None:
            raise WireError("The connection is not open.")
        self._waiting = asyncio.get_running_loop().create_future()
        self.transport.write(request)
        return self._waiting

    def close(self) -> None:
        """Let go of the connection."""
        if self.transport is not None:
            self.transport.abort()

    def _fail(self, cause: Exception | None) -> None:
        if self._waiting is not None and not self._waiting.done():
            error = WireError("The connection was lost before the answer had come.")
            error.__cause__ = cause
            self._waiting.set_exception(error)


class Wire:
    """Kept-alive connections to one origin, at most `connections` requests at a time."""

    def __init__(self, origin: str, *, connections: int, deadline_s: float = 30.0) -> None:
        parts = urlsplit(origin)
        self.host = parts.netloc
        self._address = (parts.hostname or "127.0.0.1", parts.port or 80)
        self._free = asyncio.Semaphore(connections)
        self._idle: list[_Connection] = []
        self._deadline_s = deadline_s

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        for connection in self._idle:
            connection.close()
        self._idle.clear()

    def encode(
        self, method: str, path: str, *, headers: Mapping[str, str], body: bytes | None = None
    ) -> bytes:
        """Return a request as the bytes that go over the wire."""
        lines = [f"{method} {path} HTTP/1.1", f"host: {self.host}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        if body is not None:
            lines.append(f"content-length: {len(body)}")
        return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + (body or b"")

    async def exchange(self, request: bytes) -> Answer:
        """Send an encoded request and return its answer.

        Raises:
            WireError: when the connection failed or the deadline passed; the request may have had
                its effect.
        """
        async with self._free:
            connection = await self._connection()
            try:
                answer = await asyncio.wait_for(connection.send(request), self._deadline_s)
            except TimeoutError as error:
                connection.close()
                raise WireError(f"There was no answer within {self._deadline_s} s.") from error
            except asyncio.CancelledError:
                # An answer may still come: the connection is of no use to the next request.
                connection.close()
                raise
            if connection.usable:
                self._idle.append(connection)
            return answer

    async def lose_answer(self, request: bytes) -> None:
        """Send a request on a connection of its own and hang up when its answer arrives, unread."""
        connection = await self._connect()
        connection.drops_answer = True
        try:
            await asyncio.wait_for(connection.send(request), self._deadline_s)
        except (WireError, TimeoutError):
            connection.close()

    async def _connection(self) -> _Connection:
        while self._idle:
            connection = self._idle.pop()
            if connection.usable:
                return connection
        return await self._connect()

    async def _connect(self) -> _Connection:
        loop = asyncio.get_running_loop()
        try:
            _, connection = await loop.create_connection(_Connection, *self._address)
        except OSError as error:
            raise WireError("The server does not accept connections.") from error
        return connection
