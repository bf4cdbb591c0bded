"""A process that has loaded the libraries once; services and workers are forked from it.

Seven processes that each load the same libraries take twice the memory and three times the CPU
seconds of seven that share what one has loaded. No code of our own is loaded before a fork, and
nothing that looks at the variables of a service, so a fork is as good as a process of its own.

    python -m deploy.embedded.nursery FD

Requests come over the socket FD, one line of JSON each with open files beside it: where the
child's output goes, where its number and its exit code are to be told, and what it inherits.
"""

import ctypes
import fcntl
import gc
import importlib
import json
import os
import runpy
import selectors
import signal
import socket
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

# Not prometheus_client: it chooses by a variable of the service how to count.
LIBRARIES: Final = (
    "arq.worker",
    "asyncpg",
    "cryptography.hazmat.primitives.ciphers.aead",
    "email.message",
    "fastapi",
    "fastapi.openapi.models",
    "httptools",
    "httpx",
    "joserfc.jwk",
    "joserfc.jws",
    "joserfc.jwt",
    "pydantic_settings",
    "redis.asyncio",
    "sqlalchemy.dialects.postgresql.asyncpg",
    "sqlalchemy.ext.asyncio",
    "structlog",
    "uvicorn",
    "uvicorn.lifespan.on",
    "uvicorn.protocols.http.httptools_impl",
    "uvloop",
)
READY: Final = "nursery-ready"

_SET_PARENT_DEATH_SIGNAL: Final = 1
_SET_NAME: Final = 15
_MOST_FDS: Final = 8
_SET_OPTION: Final = ctypes.CDLL(None).prctl


@dataclass(frozen=True, slots=True)
class Request:
    """What a child is to be: `fds` are its output, its status, and what it inherits."""

    name: str
    command: list[str]
    environment: dict[str, str]
    group: int
    stop_signal: int
    inherited: list[int]
    fds: list[int]


@dataclass(slots=True)
class Nursery:
    """Takes requests, forks, and tells how each child ended."""

    control: socket.socket
    # Number of a living child: where its exit code is told.
    statuses: dict[int, int] = field(default_factory=dict)
    pid: int = field(default_factory=os.getpid)
    _rest: bytes = b""
    _fds: list[int] = field(default_factory=list)

    def run(self) -> Request | None:
        """Return in a child with what it is to be, and in the nursery with None at the end."""
        woken, wakes = socket.socketpair()
        for end in (woken, wakes):
            end.settimeout(0)
        signal.set_wakeup_fd(wakes.fileno(), warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        with selectors.DefaultSelector() as selector:
            selector.register(self.control, selectors.EVENT_READ)
            selector.register(woken, selectors.EVENT_READ)
            while True:
                for key, _ in selector.select():
                    if key.fileobj is woken:
                        woken.recv(4096)
                        self._tell_ends()
                        continue
                    if (request := self._next_request()) is None:
                        continue
                    if request is _END or self._fork(request):
                        return None if request is _END else request

    def _next_request(self) -> Request | None:
        """Return a request that has come in whole, `_END` when the launcher has gone."""
        content, fds, _, _ = socket.recv_fds(self.control, 65536, _MOST_FDS)
        self._fds += fds
        if not content:
            return _END
        self._rest += content
        line, end, rest = self._rest.partition(b"\n")
        if not end:
            return None
        self._rest, fds, self._fds = rest, self._fds, []
        try:
            return Request(**json.loads(line), fds=fds)
        except (ValueError, TypeError):
            # The tail of a request of which an earlier nursery had read the head.
            for fd in fds:
                os.close(fd)
            return None

    def _fork(self, request: Request) -> bool:
        """Fork a child; tell whether this is it."""
        output, status, *others = request.fds
        pid = os.fork()
        if pid == 0:
            return True
        self.statuses[pid] = status
        for fd in (output, *others):
            os.close(fd)
        with suppress(BrokenPipeError):
            os.write(status, b"%d\n" % pid)
        return False

    def _tell_ends(self) -> None:
        while self.statuses:
            pid, how = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            status = self.statuses.pop(pid)
            with suppress(BrokenPipeError):
                os.write(status, b"%d\n" % os.waitstatus_to_exitcode(how))
            os.close(status)


_END: Final = Request("", [], {}, 0, 0, [], [])


def become(nursery: Nursery, request: Request) -> None:
    """Turn a fresh fork into what was asked for: its group, its files, its variables."""
    _SET_OPTION(_SET_PARENT_DEATH_SIGNAL, request.stop_signal)
    _SET_OPTION(_SET_NAME, request.name.encode()[:15])
    if os.getppid() != nursery.pid:
        os._exit(1)
    os.setpgid(0, request.group)
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    nursery.control.close()
    output, status, *others = request.fds
    for fd in (status, *nursery.statuses.values()):
        os.close(fd)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.close(output)
    _move(others, request.inherited)
    os.environ.clear()
    os.environ.update(request.environment)
    os.umask(0o077)
    sys.argv = list(request.command)


def _move(fds: list[int], wanted: list[int]) -> None:
    """Give inherited files the numbers that the command line names, none upon another."""
    away = [fcntl.fcntl(fd, fcntl.F_DUPFD, max(wanted, default=0) + 1) for fd in fds]
    for fd in fds:
        os.close(fd)
    for fd, number in zip(away, wanted, strict=True):
        os.dup2(fd, number)
        os.close(fd)


def main() -> None:
    """Load the libraries and serve; in a child, run its module as a program."""
    for library in LIBRARIES:
        importlib.import_module(library)
    gc.collect()
    gc.freeze()
    nursery = Nursery(socket.socket(fileno=int(sys.argv[1])))
    sys.stdout.write(f"{READY}\n")
    sys.stdout.flush()
    request = nursery.run()
    if request is not None:
        become(nursery, request)
        module: Any = request.command[0]
        runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
