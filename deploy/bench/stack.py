"""A stack of its own that the bench starts, weighs and throws away."""

import ctypes
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, Queue
from typing import Final

import psutil

from deploy.problems import CommandError

_START_WITHIN_S: Final = 300.0
_STOP_WITHIN_S: Final = 60.0
_PORTS: Final = 6
_MEGABYTE: Final = 1_000_000
_SET_PARENT_DEATH_SIGNAL: Final = 1
_UP: Final = "Balai is up"


class BenchError(CommandError):
    """What was to be measured did not work."""


class Stack:
    """`balai up` as a child, in a home that holds nothing else."""

    def __init__(self, home: Path, *, options: Sequence[str] = ()) -> None:
        self.home = home
        self.heard: list[str] = []
        self._options = options
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> float:
        """Start the stack and return how many seconds passed until it said that it is up.

        Raises:
            BenchError: when it ends instead, or says nothing in time.
        """
        began = time.monotonic()
        self._process = subprocess.Popen(  # noqa: S603 - this interpreter and our own module
            [
                sys.executable,
                "-m",
                "deploy.cli",
                "up",
                f"--port-base={free_ports()}",
                *self._options,
            ],
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            preexec_fn=_end_with_us(),  # noqa: PLW1509 - it calls prctl alone
        )
        said = _read_aside(self._process)
        self.heard = []
        while time.monotonic() - began < _START_WITHIN_S:
            try:
                line = said.get(timeout=1.0)
            except Empty:
                continue
            if line is None:
                raise BenchError("The bench's own stack ended:\n" + "".join(self.heard[-20:]))
            self.heard.append(line)
            if _UP in line:
                return time.monotonic() - began
        raise BenchError(f"The bench's own stack was not up after {_START_WITHIN_S:.0f} s.")

    def stop(self) -> None:
        """End the stack as Ctrl-C does, and wait for it."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(_STOP_WITHIN_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def variables(self) -> dict[str, str]:
        """Return the variables of the running stack."""
        found: dict[str, str] = json.loads((self.home / "run/environment.json").read_text())
        return found

    def weight_mb(self) -> float | None:
        """Return the memory of the launcher and all below it, as summed PSS; Linux only.

        A page that several processes share counts once in all: PSS divides it among them.
        """
        if self._process is None or not sys.platform.startswith("linux"):
            return None
        return sum(member.memory_full_info().pss for member in self.members()) / _MEGABYTE

    @property
    def running(self) -> bool:
        """Whether the launcher that was started has not ended."""
        return self._process is not None and self._process.poll() is None

    def members(self) -> list[psutil.Process]:
        """Return the launcher and everything below it."""
        if self._process is None:
            return []
        launcher = psutil.Process(self._process.pid)
        return [launcher, *launcher.children(recursive=True)]

    def environment(self) -> dict[str, str]:
        """Return this process's variables without those of any other stack."""
        prefixes = ("BALAI_", "REGISTRY_", "ENROLLMENT_", "REPORTING_", "PUBLIC_URL")
        own = {name: value for name, value in os.environ.items() if not name.startswith(prefixes)}
        return own | {"BALAI_HOME": str(self.home), "PYTHONUNBUFFERED": "1"}


@contextmanager
def throwaway_stack() -> Iterator[Stack]:
    """Yield a stack that has not been started, and remove whatever it leaves.

    Being asked to end counts as Ctrl-C here, so that the stack ends with the bench.
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    # A short place that any user can enter: the servers do not run as root.
    home = Path(tempfile.mkdtemp(prefix="balai-bench-"))
    stack = Stack(home)
    try:
        yield stack
    finally:
        stack.stop()
        shutil.rmtree(home, ignore_errors=True)


def _end_with_us() -> Callable[[], None] | None:
    """Return what asks Linux to end the launcher as Ctrl-C does when this process is killed."""
    if not sys.platform.startswith("linux"):
        return None
    set_option = ctypes.CDLL(None).prctl

    def tie() -> None:
        set_option(_SET_PARENT_DEATH_SIGNAL, int(signal.SIGTERM))

    return tie


def _read_aside(process: subprocess.Popen[str]) -> "Queue[str | None]":
    """Return a queue of what the process says, None at its end; its pipe never fills."""
    said: Queue[str | None] = Queue()

    def read() -> None:
        if process.stdout is not None:
            with process.stdout as lines:
                for line in lines:
                    said.put(line)
        said.put(None)

    threading.Thread(target=read, daemon=True).start()
    return said


def free_ports() -> int:
    """Return the first of six ports in a row that nobody listens on.

    Which six is drawn, so that two that start at the same moment do not meet.

    Raises:
        BenchError: when there are none.
    """
    bases = range(20_000, 30_000, 10)
    for base in random.sample(bases, len(bases)):
        if all(_is_free(base + offset) for offset in range(_PORTS)):
            return base
    raise BenchError("There are no six free ports in a row between 20000 and 30000.")


def _is_free(port: int) -> bool:
    with socket.socket() as attempt:
        attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            attempt.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
