"""One whole stack for all journeys and proofs: started once, with a small pilot played in it."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil
import pytest

from deploy.bench.stack import Stack
from deploy.pilot.seeds import Seeds
from tests.support import servers

SEEDS = Seeds(seed=1, applicants=120, classes=6)
SIZE = ["--applicants=120", "--classes=6"]


@dataclass
class Balai:
    """A running stack and the commands of somebody who has it before him.

    `said` is what the first start said until it was up.
    """

    stack: Stack
    said: str

    @property
    def home(self) -> Path:
        return self.stack.home

    @property
    def url(self) -> str:
        return self.stack.variables()["PUBLIC_URL"]

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "deploy.cli", *arguments]

    def environment(self) -> dict[str, str]:
        return self.stack.environment() | {"COLUMNS": "200"}

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(*arguments),
            env=self.environment(),
            capture_output=True,
            text=True,
            check=False,
        )

    def begin(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Start a command without waiting for its end."""
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        return subprocess.Popen(self.command(*arguments), env=self.environment(), **quiet)

    def audit(self) -> dict:
        """Return what `balai audit --json` writes."""
        written = self.home / "audit.json"
        shown = self.run("audit", "--json", str(written))
        assert shown.returncode == 0, shown.stdout + shown.stderr
        return json.loads(written.read_text())

    def token(self, *arguments: str) -> dict[str, str]:
        """Return the header of a token that `balai token` prints."""
        shown = self.run("token", *arguments)
        assert shown.returncode == 0, shown.stderr
        return {"Authorization": f"Bearer {shown.stdout.strip()}"}

    def get(self, path: str, headers: dict[str, str] | None = None) -> httpx.Response:
        return httpx.get(f"{self.url}{path}", headers=headers, timeout=10)

    def kill_everything(self) -> None:
        """End every process of the stack as a power cut would."""
        members = self.stack.members()
        for member in members:
            with suppress(psutil.NoSuchProcess):
                member.kill()
        psutil.wait_procs(members, timeout=20)
        self.stack.stop()


@pytest.fixture(scope="session")
def whole_stack() -> Iterator[Balai]:
    folder = servers.temporary_folder()
    stack = Stack(folder / "home", options=["--pilot", *SIZE])
    try:
        stack.start()
        yield Balai(stack, said="".join(stack.heard))
    finally:
        stack.stop()
        servers.remove(folder)


@pytest.fixture
def balai(whole_stack: Balai) -> Balai:
    """The running stack, started again when the test before has left it ended."""
    if not whole_stack.stack.running:
        whole_stack.stack.stop()
        whole_stack.stack.start()
    return whole_stack
