"""`balai up`: start everything, load the reference data, play the pilot, and stay."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import Final

from deploy.embedded.accounts import choose_account
from deploy.embedded.console import Terminal
from deploy.embedded.environment import check_mode, port_base
from deploy.embedded.home import Home, check_room, hold, home_from_environment, make_home
from deploy.embedded.readiness import http_ready
from deploy.embedded.stack import PYTHON, Plan, Stack, make_stack
from deploy.problems import CommandError, disk_full, is_disk_full
from deploy.processes import AREA_LEVELS, port_of

_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_PAGES: Final = {
    "All APIs": "/docs",
    "Registry": "/registry/docs",
    "Enrollment": "/enrollment/docs",
    "Reporting": "/reporting/docs",
    "Report": "/reporting/",
}


@dataclass(frozen=True, slots=True)
class PilotSize:
    """How large a pilot is played, and from which seed."""

    applicants: int
    classes: int
    seed: int


@dataclass(frozen=True, slots=True)
class UpOptions:
    """What was asked of `balai up`; without `pilot` none is played."""

    pilot: PilotSize | None
    run_as: str | None
    port_base: int | None
    until_audited: bool
    verbose: bool


def run(options: UpOptions) -> int:
    """Start the stack and stay until a signal; return the exit code.

    Raises:
        CommandError: when it cannot start; everything that was started has been stopped then.
    """
    started = time.monotonic()
    base = port_base(options.port_base)
    account = choose_account(options.run_as)
    check_mode(os.environ)
    home = home_from_environment()
    terminal = Terminal(verbose=options.verbose)
    try:
        make_home(home, account)
        with hold(home):
            _make_secrets(home)
            stack = make_stack(Plan(home, base, account, dict(os.environ), terminal))
            return asyncio.run(_Session(stack, options, terminal, started).run())
    except CommandError:
        # Whatever it was that failed: with a full disk that is the reason.
        check_room(home)
        raise
    except OSError as error:
        if is_disk_full(error):
            raise disk_full(home.root) from None
        raise


def _make_secrets(home: Home) -> None:
    """Generate secrets in a process of its own: the launcher has no other use for cryptography."""
    if all(path.exists() for path in home.secret_files):
        return
    command = [*PYTHON, "deploy.embedded.secrets", str(home.root)]
    subprocess.run(command, check=True, cwd="/")  # noqa: S603 - our own module


class _Session:
    """One run of the stack, from its start to the signal that ends it."""

    def __init__(
        self, stack: Stack, options: UpOptions, terminal: Terminal, started: float
    ) -> None:
        self._stack = stack
        self._options = options
        self._terminal = terminal
        self._started = started
        self._signalled = asyncio.Event()

    async def run(self) -> int:
        """Bring the stack up, wait for a signal, and stop it whatever happened."""
        loop = asyncio.get_running_loop()
        for number in _SIGNALS:
            loop.add_signal_handler(number, self._signalled.set)
        work = asyncio.create_task(self._bring_up())
        signalled = asyncio.create_task(self._signalled.wait())
        try:
            await asyncio.wait({work, signalled}, return_when=asyncio.FIRST_COMPLETED)
            if work.done() and work.result() == 0 and not self._options.until_audited:
                await signalled
            return work.result() if work.done() else 0
        finally:
            work.cancel()
            signalled.cancel()
            await asyncio.gather(work, signalled, return_exceptions=True)
            self._terminal.say("Stopping.")
            await self._stack.stop()

    async def _bring_up(self) -> int:
        """Return 0 once everything stands.

        Raises:
            CommandError: when a part does not start or a tool fails.
        """
        stack, pilot = self._stack, self._options.pilot
        self._terminal.say(f"Starting Balai from {stack.plan.home.root}.")
        await stack.start()
        port = port_of("enrollment", base=stack.plan.base)
        if not await http_ready(port, "/v1/areas/state", holding=AREA_LEVELS)():
            await self._run_tool("areas", "deploy.commands.reference")
        if pilot is not None:
            size = [f"--applicants={pilot.applicants}", f"--classes={pilot.classes}"]
            await self._run_tool("pilot", "deploy.cli", "pilot", *size, f"--seed={pilot.seed}")
            await self._run_tool("audit", "deploy.cli", "audit")
        self._announce()
        return 0

    async def _run_tool(self, name: str, *command: str) -> None:
        if (code := await self._stack.run_tool(name, [*PYTHON, *command])) != 0:
            raise CommandError(f"The step `{name}` failed with code {code}; see above.")

    def _announce(self) -> None:
        entrance = self._stack.variables["PUBLIC_URL"].rstrip("/")
        took = time.monotonic() - self._started
        self._terminal.say(f"Balai is up ({took:.1f} s). Ctrl-C stops it.", "bold green")
        for name, path in _PAGES.items():
            self._terminal.say(f"  {name:<11} {entrance}{path}")
        sys.stdout.flush()
