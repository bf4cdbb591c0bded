"""The launcher's side of the nursery: ask for a child, and know how it ended."""

import asyncio
import json
import os
import signal
import socket
from typing import Final, Protocol

_BORN_WITHIN_S: Final = 20.0
# How a process ended of which nobody can say it any more.
_UNKNOWN_END: Final = -int(signal.SIGKILL)


class Running(Protocol):
    """A process that was started, by whatever way."""

    @property
    def pid(self) -> int:
        """Its number."""

    @property
    def returncode(self) -> int | None:
        """How it ended, or None while it runs."""

    async def wait(self) -> int:
        """Return how it ended, once it has."""

    def send_signal(self, signal: int) -> None:
        """Send it a signal.

        Raises:
            ProcessLookupError: when it has ended.
        """


class Forked:
    """A child of the nursery; its number and its end are told over a pipe."""

    def __init__(self, pid: int, status: asyncio.StreamReader) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._status = status
        self._ended = asyncio.create_task(self._hear())

    async def wait(self) -> int:
        """Return how it ended, once it has."""
        return await asyncio.shield(self._ended)

    def send_signal(self, signal: int) -> None:
        """Send it a signal.

        Raises:
            ProcessLookupError: when it has ended.
        """
        if self.returncode is not None:
            raise ProcessLookupError
        os.kill(self.pid, signal)

    async def _hear(self) -> int:
        line = await self._status.readline()
        self.returncode = int(line) if line.strip() else _UNKNOWN_END
        return self.returncode


class Nursery:
    """The way to the process that children are forked from."""

    def __init__(self) -> None:
        self._ours, self._its = socket.socketpair()
        self._one_at_a_time = asyncio.Lock()

    @property
    def fd(self) -> int:
        """The end that the nursery inherits."""
        return self._its.fileno()

    async def fork(self, request: dict[str, object], fds: tuple[int, ...]) -> Forked:
        """Return a child that `request` describes; `fds` begin with where its output goes.

        Raises:
            OSError: when the nursery does not answer.
        """
        read_end, write_end = os.pipe()
        status = await reader_of(read_end)
        output, *others = fds
        try:
            async with self._one_at_a_time:
                line = json.dumps(request).encode() + b"\n"
                socket.send_fds(self._ours, [line], [output, write_end, *others])
                os.close(write_end)
                write_end = -1
                async with asyncio.timeout(_BORN_WITHIN_S):
                    born = await status.readline()
        except TimeoutError:
            raise OSError("the nursery does not answer") from None
        finally:
            if write_end >= 0:
                os.close(write_end)
        if not born.strip():
            raise OSError("the nursery has ended")
        return Forked(int(born), status)

    def close(self) -> None:
        """Close both ends: the nursery ends."""
        self._ours.close()
        self._its.close()


async def reader_of(fd: int) -> asyncio.StreamReader:
    """Return a reader of what comes out of a pipe."""
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(fd, "rb")
    )
    return reader
