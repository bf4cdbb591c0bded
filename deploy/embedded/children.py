"""One child and its guard: nothing that the launcher starts outlives it.

Each child runs in a process group that its guard leads. The guard, a shell of a megabyte, holds the
read end of a pipe whose write end the launcher alone has: when the launcher ends, however it ends,
the guard reads the end of the file and stops the group. The guard comes first and stays until the
child has ended, so there is no moment without it and the group's number cannot go to a stranger.
"""

import asyncio
import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from deploy.embedded.accounts import Account
from deploy.embedded.forking import Forked, Nursery, Running, reader_of

# The guard ends with its group; five seconds are for those who have something to write.
_GUARD: Final = "trap '' TERM INT HUP; read -r _; kill -TERM 0; sleep 5; kill -KILL 0"
_SET_PARENT_DEATH_SIGNAL: Final = 1

# glibc then gives memory back that a burst of work has used; read when a program is executed.
THRIFT: Final = {"MALLOC_ARENA_MAX": "2", "MALLOC_TRIM_THRESHOLD_": "131072"}


@dataclass(frozen=True, slots=True)
class Program:
    """What to run and as whom.

    `fds` are inherited, `stop_signal` asks it to end, and what is not `piped` prints where the
    launcher does. What is `forked` is a module and its arguments, run by the nursery.
    """

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    account: Account | None = None
    fds: tuple[int, ...] = ()
    stop_signal: signal.Signals = signal.SIGTERM
    piped: bool = True
    forked: bool = False


class Leash:
    """The pipe that every guard reads and nobody writes."""

    def __init__(self) -> None:
        read_end, write_end = os.pipe()
        self.read_end = os.fdopen(read_end, "rb")
        self._write_end = os.fdopen(write_end, "wb")

    def close(self) -> None:
        """Let the guards of children that are still there stop them."""
        self._write_end.close()
        self.read_end.close()


class Child:
    """A running program and its guard."""

    def __init__(
        self,
        program: Program,
        process: Running,
        output: asyncio.StreamReader | None,
        guard: subprocess.Popen[bytes],
    ) -> None:
        self.program = program
        self.process = process
        self.output = output
        self._guard = guard

    @property
    def pid(self) -> int:
        """Number of the process."""
        return self.process.pid

    def ask_to_end(self) -> None:
        """Send the signal on which the program ends in good order."""
        with suppress(ProcessLookupError):
            self.process.send_signal(self.program.stop_signal)

    def end_group(self) -> None:
        """Kill what is left of the group, the guard included."""
        with suppress(ProcessLookupError):
            os.killpg(self._guard.pid, signal.SIGKILL)
        self._guard.wait()


async def spawn(program: Program, leash: Leash, nursery: Nursery | None = None) -> Child:
    """Start a program under a guard; called from the main thread only.

    On Linux the kernel sends the child its stop signal too when the thread that started it ends,
    which is why no other thread may.
    """
    guard = subprocess.Popen(  # noqa: ASYNC220, S603 - nothing is waited for; the script is ours
        ["/bin/sh", "-c", _GUARD],
        stdin=leash.read_end,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
        env={"PATH": os.defpath},
        process_group=0,
    )
    output, write_end = await _pipe() if program.piped else (None, None)
    try:
        if program.forked and nursery is not None and write_end is not None:
            process: Running = await _fork(program, guard.pid, write_end, nursery)
        else:
            process = await _start(program, guard.pid, write_end)
    except BaseException:
        guard.kill()
        guard.wait()
        raise
    finally:
        if write_end is not None:
            os.close(write_end)
    return Child(program, process, output, guard)


async def _pipe() -> tuple[asyncio.StreamReader, int]:
    """Return both ends of a pipe for what a child prints.

    Not asyncio's own: with that, `wait` lasts until the last grandchild has closed its end.
    """
    read_end, write_end = os.pipe()
    return await reader_of(read_end), write_end


async def _fork(program: Program, group: int, output: int, nursery: Nursery) -> Forked:
    request = {
        "name": program.name,
        "command": list(program.command),
        "environment": dict(program.environment),
        "group": group,
        "stop_signal": int(program.stop_signal),
        "inherited": list(program.fds),
    }
    return await nursery.fork(request, (output, *program.fds))


async def _start(program: Program, group: int, output: int | None) -> asyncio.subprocess.Process:
    account = program.account
    return await asyncio.create_subprocess_exec(
        *program.command,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        env=dict(program.environment),
        cwd="/",
        pass_fds=program.fds,
        process_group=group,
        umask=0o077,
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
        preexec_fn=_die_with_parent(program.stop_signal),
    )


def _die_with_parent(stop_signal: signal.Signals) -> Callable[[], None] | None:
    """Return what the new process does before the program runs, after the change of user."""
    if not sys.platform.startswith("linux"):
        return None
    set_option = ctypes.CDLL(None).prctl
    parent = os.getpid()

    def tie() -> None:
        set_option(_SET_PARENT_DEATH_SIGNAL, int(stop_signal))
        if os.getppid() != parent:
            os._exit(1)

    return tie
