"""The rows of deploy.processes as units to keep running, and the order in which they start."""

import asyncio
import errno
import os
import shutil
import socket
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from deploy.embedded import servers
from deploy.embedded.accounts import Account
from deploy.embedded.children import THRIFT, Child, Program, spawn
from deploy.embedded.console import Log, Terminal
from deploy.embedded.environment import (
    Environment,
    for_process,
    keep_environment,
    runs_postgres,
    runs_valkey,
    stack_environment,
)
from deploy.embedded.home import Home
from deploy.embedded.readiness import http_ready, postgres_ready, valkey_ready
from deploy.embedded.supervisor import Supervisor, Unit
from deploy.problems import CommandError
from deploy.processes import PROCESSES, SERVICES, Kind, Process, port_of

PYTHON: Final = (sys.executable, "-P", "-m")
FORKS: Final = sys.platform.startswith("linux")
_HOST: Final = "127.0.0.1"
_BACKLOG: Final = 2048
_END_WITHIN_S: Final = 5.0
_LOADED_WITHIN_S: Final = 30.0
# What a worker logs once it hears the bell and reads the feeds.
_WORKER_SAYS: Final = b"worker-started"
_NURSERY_SAYS: Final = b"nursery-ready"


@dataclass(frozen=True, slots=True)
class Plan:
    """What one start of the stack stands on."""

    home: Home
    base: int
    account: Account | None
    outside: Mapping[str, str]
    terminal: Terminal

    @property
    def rows(self) -> list[Process]:
        """The processes to run: without the servers that are given from outside."""
        # Elsewhere than on Linux system libraries do not survive a fork; there each process loads.
        left_out = set[Kind]() if FORKS else {Kind.NURSERY}
        if not runs_postgres(self.outside):
            left_out.add(Kind.POSTGRES)
        if not runs_valkey(self.outside):
            left_out.add(Kind.VALKEY)
        return [row for row in PROCESSES if row.kind not in left_out]


class Stack:
    """A running stack, and the ways to run a tool beside it."""

    def __init__(
        self, plan: Plan, variables: Environment, sockets: Mapping[str, socket.socket]
    ) -> None:
        self.plan = plan
        self.variables = variables
        self._sockets = sockets
        self._supervisor = Supervisor(plan.home, plan.terminal)
        self._programs = servers.find_servers(plan.home, plan.account)

    async def start(self) -> None:
        """Start the servers, bring the databases up to date, then start everything else.

        Raises:
            CommandError: when something does not start, with what it said.
        """
        rows = self.plan.rows
        await self._start_kinds(rows, Kind.POSTGRES, Kind.VALKEY, Kind.NURSERY)
        await self.run_quietly("prepare", [*PYTHON, "deploy.embedded.prepare"])
        await asyncio.gather(
            self._start_kinds(rows, Kind.WORKER),
            self._start_kinds(rows, Kind.HTTP),
            self._start_kinds(rows, Kind.ENTRANCE),
        )

    async def stop(self) -> None:
        """Stop everything in the opposite order."""
        await self._supervisor.stop()

    async def run_quietly(self, name: str, command: Sequence[str]) -> None:
        """Run a tool whose output matters only when it fails.

        Raises:
            CommandError: when it fails, with what it said.
        """
        log = Log(self.plan.home.logs, name, self.plan.terminal)
        child = await self._spawn_tool(name, command, piped=True)
        try:
            while child.output and (chunk := await child.output.read(65536)):
                log.take(chunk)
            code = await child.process.wait()
        finally:
            await _end(child)
        if code != 0:
            raise CommandError(f"{name} failed with code {code}. It said:\n{log.last_lines()}")

    async def run_tool(self, name: str, command: Sequence[str]) -> int:
        """Run a tool that talks to the person at the terminal; return its exit code."""
        child = await self._spawn_tool(name, command, piped=False)
        try:
            return await child.process.wait()
        finally:
            await _end(child)

    async def _spawn_tool(self, name: str, command: Sequence[str], *, piped: bool) -> Child:
        environment = {**os.environ, **self.variables}
        return await spawn(Program(name, command, environment, piped=piped), self._supervisor.leash)

    async def _start_kinds(self, rows: Sequence[Process], *kinds: Kind) -> None:
        units = [unit for row in rows if row.kind in kinds for unit in self._units(row)]
        if units:
            await self._supervisor.start(units)

    def _units(self, row: Process) -> list[Unit]:
        """Return the unit of a row, or one for each of its copies."""
        if row.kind is Kind.HTTP:
            return [self._http(row, copy) for copy in range(1, row.copies + 1)]
        if row.kind is Kind.WORKER:
            return [Unit(self._python(row, row.name, str(row.target)), says=_WORKER_SAYS)]
        if row.kind is Kind.NURSERY:
            return [self._nursery(row)]
        return [self._server(row)]

    def _nursery(self, row: Process) -> Unit:
        fd = self._supervisor.nursery.fd
        command = [*PYTHON, "deploy.embedded.nursery", str(fd)]
        environment = for_process({}, None) | THRIFT
        program = Program(row.name, command, environment, fds=(fd,))
        return Unit(program, says=_NURSERY_SAYS)

    def _http(self, row: Process, copy: int) -> Unit:
        name = row.name if row.copies == 1 else f"{row.name}-{copy}"
        fd = self._sockets[row.name].fileno()
        program = self._python(
            row, name, "shared.web.serve", str(row.target), "--fd", str(fd), fds=(fd,)
        )
        port = port_of(row.name, base=self.plan.base)
        return Unit(program, http_ready(port, "/health/ready", within_s=_LOADED_WITHIN_S))

    def _python(
        self, row: Process, name: str, module: str, *arguments: str, fds: tuple[int, ...] = ()
    ) -> Program:
        """Return a program of our own: forked where that can be, else loaded anew."""
        command = [*(() if FORKS else PYTHON), module, *arguments]
        return Program(name, command, self._environment(row), fds=fds, forked=FORKS)

    def _server(self, row: Process) -> Unit:
        home, account = self.plan.home, self.plan.account
        port = port_of(row.name, base=self.plan.base)
        if row.kind is Kind.POSTGRES:
            password = urlsplit(self.variables["BALAI_ADMIN_DATABASE_URL"]).password or ""
            servers.make_cluster(home, self._programs.postgres, account, password)
            servers.clear_stale_postgres(home)
            program = servers.postgres_program(home, self._programs, account, port)
            return Unit(program, postgres_ready(home.data("postgres")))
        if row.kind is Kind.VALKEY:
            password = self.variables["BALAI_VALKEY_PASSWORD"]
            program = servers.valkey_program(
                home, self._programs, account, port=port, password=password
            )
            return Unit(program, valkey_ready(port, password))
        program = servers.caddy_program(home, self._programs, account, self._upstreams())
        return Unit(program, http_ready(port, "/docs"))

    def _environment(self, row: Process) -> Environment:
        metrics = self.plan.home.metrics / str(row.service)
        told = for_process(self.variables, row.service)
        return told | {"PROMETHEUS_MULTIPROC_DIR": str(metrics)}

    def _upstreams(self) -> dict[str, str]:
        places = {
            f"{service.upper()}_UPSTREAM": f"{_HOST}:{port_of(service, base=self.plan.base)}"
            for service in SERVICES
        }
        port = port_of("caddy", base=self.plan.base)
        return places | {"BALAI_ENTRANCE_HOST": f":{port}", "BALAI_ENTRANCE_BIND": _HOST}


def make_stack(plan: Plan) -> Stack:
    """Check that the ports are free, write the environment down and empty the counters.

    Raises:
        CommandError: when a port is in use; no process has been started then.
    """
    sockets = open_ports(plan.rows, base=plan.base)
    variables = stack_environment(plan.home, base=plan.base, outside=plan.outside)
    for service in SERVICES:
        shutil.rmtree(plan.home.metrics / service, ignore_errors=True)
        (plan.home.metrics / service).mkdir()
    keep_environment(plan.home, variables)
    return Stack(plan, variables, sockets)


def open_ports(rows: Sequence[Process], *, base: int) -> dict[str, socket.socket]:
    """Open the sockets that processes inherit; try the ports that servers open themselves.

    Raises:
        CommandError: when a port is in use, naming it and the variable that moves it.
    """
    kept: dict[str, socket.socket] = {}
    taken: list[str] = []
    for row in rows:
        if row.port is None:
            continue
        try:
            listening = socket.create_server((_HOST, base + row.port), backlog=_BACKLOG)
        except OSError as error:
            if error.errno not in (errno.EADDRINUSE, errno.EACCES):
                raise
            taken.append(f"{base + row.port} ({row.name})")
            continue
        if row.kind is Kind.HTTP:
            kept[row.name] = listening
        else:
            listening.close()
    if taken:
        for listening in kept.values():
            listening.close()
        what = "Port" if len(taken) == 1 else "Ports"
        raise CommandError(
            f"{what} {', '.join(taken)} cannot be had: another program listens there. Set"
            " BALAI_PORT_BASE to the first of six free ports, for example BALAI_PORT_BASE=18080."
        )
    return kept


async def _end(child: Child) -> None:
    """End a tool that is still at work, in good order when it can."""
    if child.process.returncode is None:
        child.ask_to_end()
        with suppress(TimeoutError):
            async with asyncio.timeout(_END_WITHIN_S):
                await child.process.wait()
    child.end_group()
