"""Keeps programs running: ordered start, restarts with backoff, ordered stop."""

import asyncio
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from deploy.embedded.children import Child, Leash, Program, spawn
from deploy.embedded.console import Log, Terminal
from deploy.embedded.forking import Nursery
from deploy.embedded.home import Home, note_processes
from deploy.embedded.readiness import Probe
from deploy.problems import CommandError

_READY_WITHIN_S: Final = 60.0
_ASK_EVERY_S: Final = 0.05
_END_WITHIN_S: Final = 12.0
_FIRST_TRIES: Final = 3
_BACKOFF_MAX_S: Final = 15.0
# Whoever ran this long was well; his next fall starts the backoff anew.
_WELL_AFTER_S: Final = 30.0


@dataclass(frozen=True, slots=True)
class Unit:
    """A program to keep running, and what tells that it is ready: a probe, or what it says."""

    program: Program
    probe: Probe | None = None
    says: bytes | None = None


class _Keeper:
    """Runs one unit again and again until it is told to stop."""

    def __init__(self, unit: Unit, supervisor: "Supervisor") -> None:
        self.unit = unit
        self.name = unit.program.name
        self.child: Child | None = None
        self.log = Log(supervisor.home.logs, self.name, supervisor.terminal, unit.says)
        self.falls = 0
        self.was_ready = False
        self._supervisor = supervisor
        self._stopping = asyncio.Event()

    async def run(self) -> None:
        """Start, read, wait, and start again; give up on what falls before it was ever ready."""
        while not self._stopping.is_set():
            started = time.monotonic()
            how = await self._run_once()
            if self._stopping.is_set():
                return
            self.falls = 1 if time.monotonic() - started > _WELL_AFTER_S else self.falls + 1
            if not self.was_ready and self.falls >= _FIRST_TRIES:
                return
            await self._back_off(how)

    async def stop(self) -> None:
        """Ask to end, wait, and kill what has not ended."""
        self._stopping.set()
        child = self.child
        if child is None or child.process.returncode is not None:
            return
        child.ask_to_end()
        with suppress(TimeoutError):
            async with asyncio.timeout(_END_WITHIN_S):
                await child.process.wait()
                return
        self._supervisor.terminal.tell(self.name, "does not end; killed", "yellow")
        child.end_group()
        await child.process.wait()

    async def _run_once(self) -> str:
        """Return how the program ended, or why it could not be started."""
        try:
            self.child = child = await spawn(
                self.unit.program, self._supervisor.leash, self._supervisor.nursery
            )
        except OSError as error:
            self.log.take(f"{error}\n".encode())
            return f"cannot be started ({error.strerror})"
        self._supervisor.note()
        if self._stopping.is_set():
            child.ask_to_end()
        reading = asyncio.create_task(self._read(child))
        try:
            code = await child.process.wait()
        finally:
            child.end_group()
        await reading
        return f"ended with code {code}"

    async def _read(self, child: Child) -> None:
        while child.output and (chunk := await child.output.read(65536)):
            self.log.take(chunk)

    async def _back_off(self, how: str) -> None:
        pause = min(0.25 * 2**self.falls, _BACKOFF_MAX_S)
        self._supervisor.terminal.tell(self.name, f"{how}; starts again in {pause:g} s", "yellow")
        with suppress(TimeoutError):
            async with asyncio.timeout(pause):
                await self._stopping.wait()


class Supervisor:
    """Starts stages of units one after the other, and stops them in the opposite order."""

    def __init__(self, home: Home, terminal: Terminal) -> None:
        self.home = home
        self.terminal = terminal
        self.leash = Leash()
        self.nursery = Nursery()
        self._keepers: dict[str, tuple[_Keeper, asyncio.Task[None]]] = {}
        self._stages: list[list[str]] = []

    async def start(self, units: Sequence[Unit]) -> None:
        """Start units together and return when every one is ready.

        Raises:
            CommandError: when one keeps falling or is not ready in time.
        """
        self._stages.append([unit.program.name for unit in units])
        for unit in units:
            keeper = _Keeper(unit, self)
            self._keepers[keeper.name] = (keeper, asyncio.create_task(keeper.run()))
        await asyncio.gather(*(self._until_ready(*self._keepers[u.program.name]) for u in units))

    async def stop(self) -> None:
        """Stop everything, last started first."""
        while self._stages:
            keepers = [self._keepers.pop(name) for name in self._stages.pop()]
            await asyncio.gather(*(keeper.stop() for keeper, _ in keepers))
            await asyncio.gather(*(task for _, task in keepers), return_exceptions=True)
        self.nursery.close()
        self.leash.close()

    def note(self) -> None:
        """Write down who runs, for `balai status` and for the next launcher."""
        pids = {
            name: keeper.child.pid
            for name, (keeper, _) in self._keepers.items()
            if keeper.child is not None and keeper.child.process.returncode is None
        }
        note_processes(self.home, pids)

    async def _until_ready(self, keeper: _Keeper, task: asyncio.Task[None]) -> None:
        until = time.monotonic() + _READY_WITHIN_S
        probe = keeper.unit.probe
        while not (keeper.child and keeper.log.heard and (probe is None or await probe())):
            if task.done():
                raise _problem(keeper, "does not start")
            if time.monotonic() > until:
                raise _problem(keeper, f"is not ready after {_READY_WITHIN_S:g} s")
            await asyncio.sleep(_ASK_EVERY_S)
        keeper.was_ready = True


def _problem(keeper: _Keeper, what: str) -> CommandError:
    return CommandError(
        f"{keeper.name} {what}. It said:\n{keeper.log.last_lines()}\n"
        f"More of it is in {keeper.log.path}."
    )
