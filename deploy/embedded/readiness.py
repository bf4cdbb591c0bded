"""When a process may be relied on: one probe a kind, cheap enough to ask ten times a second."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

Probe = Callable[[], Awaitable[bool]]

_HOST: Final = "127.0.0.1"
_ANSWER_WITHIN_S: Final = 2.0
# The eighth line of postmaster.pid tells the server's state. Source: PostgreSQL 18,
# src/include/utils/pidfile.h, LOCK_FILE_LINE_PM_STATUS.
_STATUS_LINE: Final = 7


def postgres_ready(data: Path) -> Probe:
    """Return a probe that reads what PostgreSQL says of itself in its data folder."""

    async def ready() -> bool:
        try:
            lines = (data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return False
        return len(lines) > _STATUS_LINE and lines[_STATUS_LINE].strip() == "ready"

    return ready


def port_answers(host: str, port: int) -> Probe:
    """Return a probe that wants a connection to be accepted."""

    async def ready() -> bool:
        try:
            async with asyncio.timeout(_ANSWER_WITHIN_S):
                _, writer = await asyncio.open_connection(host, port)
        except (OSError, TimeoutError):
            return False
        writer.close()
        return True

    return ready


def valkey_ready(port: int, password: str) -> Probe:
    """Return a probe that signs in and asks for PONG: not given while the log is being loaded."""
    question = f"AUTH {password}\r\nPING\r\n".encode()

    async def ready() -> bool:
        return b"+PONG" in await _ask(port, question, until=b"+PONG\r\n")

    return ready


def http_ready(
    port: int, path: str, *, holding: Sequence[str] = (), within_s: float = _ANSWER_WITHIN_S
) -> Probe:
    """Return a probe that wants a 2xx or 3xx, with each of some words in what is answered.

    Where a service's socket is open before the service is, a question may wait in it until the
    service has been loaded: give it time, rather than leave a queue of questions behind.
    """
    question = f"GET {path} HTTP/1.1\r\nHost: {_HOST}\r\nConnection: close\r\n\r\n".encode()

    async def ready() -> bool:
        answer = await _ask(port, question, within_s=within_s)
        return answer[9:10] in (b"2", b"3") and all(word.encode() in answer for word in holding)

    return ready


async def _ask(
    port: int,
    question: bytes,
    *,
    until: bytes | None = None,
    within_s: float = _ANSWER_WITHIN_S,
) -> bytes:
    """Return what the port answers up to `until`, or what came before it stopped answering."""
    try:
        async with asyncio.timeout(within_s):
            reader, writer = await asyncio.open_connection(_HOST, port)
            try:
                writer.write(question)
                return await (reader.readuntil(until) if until else reader.read())
            finally:
                writer.close()
                with suppress(OSError):
                    await writer.wait_closed()
    except asyncio.IncompleteReadError as error:
        return error.partial
    except (OSError, TimeoutError, asyncio.LimitOverrunError):
        return b""
