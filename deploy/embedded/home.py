"""The folders of a home, who holds it, and what a launcher that died has left running."""

import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import psutil

from deploy.embedded.accounts import Account, check_can_enter
from deploy.problems import CommandError, disk_full, is_disk_full
from deploy.processes import SERVICES

# A first start copies servers and builds a cluster; a later one needs room for logs and WAL.
_ROOM_FIRST: Final = 450_000_000
_ROOM_LATER: Final = 60_000_000
_LEFTOVERS_WAIT_S: Final = 10.0


@dataclass(frozen=True, slots=True)
class Home:
    """The folders and files below BALAI_HOME."""

    root: Path

    @property
    def run(self) -> Path:
        """What describes the running stack: the lock, its processes, its environment."""
        return self.root / "run"

    @property
    def keys(self) -> Path:
        """Signing keys of the services and the command line, and the key set that is public."""
        return self.root / "keys"

    @property
    def logs(self) -> Path:
        """One file a process."""
        return self.root / "logs"

    @property
    def metrics(self) -> Path:
        """One folder a service for the counters that its processes share."""
        return self.run / "metrics"

    @property
    def servers(self) -> Path:
        """Copies of the server programs, for a user who cannot enter the environment."""
        return self.root / "servers"

    @property
    def secrets(self) -> Path:
        """Passwords that were generated on the first start."""
        return self.root / "secrets.json"

    @property
    def secret_files(self) -> list[Path]:
        """Everything that is generated on the first start."""
        signers = [f"{name}.jwk" for name in (*SERVICES, "cli", "people")]
        names = [*signers, "jwks.json", "nik.json", "badges.json", "income.json"]
        return [self.secrets, *(self.keys / name for name in names)]

    @property
    def environment(self) -> Path:
        """Every variable of the running stack."""
        return self.run / "environment.json"

    @property
    def processes(self) -> Path:
        """The launcher and its children."""
        return self.run / "processes.json"

    def data(self, server: str) -> Path:
        """Return the data folder of a server; it alone belongs to the server's user."""
        return self.root / server


def home_from_environment() -> Home:
    """Return the home that BALAI_HOME names, or the usual one of this user."""
    named = os.environ.get("BALAI_HOME")
    if named:
        return Home(Path(named).expanduser().resolve())
    if os.geteuid() == 0:
        return Home(Path("/var/lib/balai"))
    return Home(Path("~/.local/share/balai").expanduser())


def make_home(home: Home, account: Account | None) -> None:
    """Create the folders that are missing and check that the servers' user can enter.

    Raises:
        CommandError: when the disk is full, or a folder cannot be made or entered.
    """
    try:
        _make_folders(home, account)
    except OSError as error:
        if is_disk_full(error):
            raise disk_full(home.root) from None
        raise CommandError(f"{home.root} cannot be used as a home: {error.strerror}.") from None
    if account is not None:
        check_can_enter(home.root, account)
    check_room(home, _ROOM_LATER if home.secrets.exists() else _ROOM_FIRST)


def check_room(home: Home, needed: int = _ROOM_LATER) -> None:
    """Refuse a disk that has less than `needed` bytes left.

    Raises:
        CommandError: when it has less.
    """
    room = shutil.disk_usage(home.root).free
    if room < needed:
        raise CommandError(
            f"The disk that holds {home.root} has {room // 1_000_000} MB left, and Balai needs"
            f" {needed // 1_000_000} MB. Make room, or choose another place with BALAI_HOME."
        )


def _make_folders(home: Home, account: Account | None) -> None:
    ours = not home.root.exists() or not any(home.root.iterdir()) or home.secrets.exists()
    home.root.mkdir(parents=True, exist_ok=True)
    if ours:
        home.root.chmod(0o711 if account else 0o700)
    for folder in (home.run, home.keys, home.logs, home.metrics):
        folder.mkdir(exist_ok=True)
        folder.chmod(0o700)


@contextmanager
def hold(home: Home) -> Iterator[None]:
    """Hold the home against any other launcher until the end of the block.

    What a launcher that was killed has left running is waited for and then ended.

    Raises:
        CommandError: when another launcher holds it.
    """
    with (home.run / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = launcher_of(home)
            raise CommandError(
                f"Balai is already running from {home.root}"
                f" (process {holder.pid if holder else 'unknown'})."
                " Stop it with `balai down`, or choose another home with BALAI_HOME."
            ) from None
        _end_leftovers(home)
        try:
            yield
        finally:
            for trace in (home.environment, home.processes):
                trace.unlink(missing_ok=True)


def launcher_of(home: Home) -> psutil.Process | None:
    """Return the launcher that runs from this home, when one does."""
    return _alive(_noted(home).get("launcher"))


def children_of(home: Home) -> dict[str, psutil.Process]:
    """Return the children noted in this home that are alive, by name."""
    noted = {name: _alive(identity) for name, identity in _noted(home).get("children", {}).items()}
    return {name: process for name, process in noted.items() if process is not None}


def note_processes(home: Home, children: dict[str, int]) -> None:
    """Write down the launcher and its children, so that nobody mistakes a stranger for them."""
    known = {name: identity for name, pid in children.items() if (identity := _identity(pid))}
    write_private(
        home.processes,
        json.dumps({"launcher": _identity(os.getpid()), "children": known}, indent=1),
    )


def write_private(path: Path, text: str) -> None:
    """Replace a file whole, readable by its owner only."""
    partial = path.with_name(f".{path.name}.partial")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)


def _identity(pid: int) -> list[float] | None:
    try:
        return [pid, psutil.Process(pid).create_time()]
    except psutil.NoSuchProcess:
        return None


def _alive(identity: list[float] | None) -> psutil.Process | None:
    """Return the process, unless it ended and its number went to another."""
    if identity is None:
        return None
    try:
        process = psutil.Process(int(identity[0]))
        same = abs(process.create_time() - identity[1]) < 1
        return process if same and process.status() != psutil.STATUS_ZOMBIE else None
    except psutil.NoSuchProcess:
        return None


def _noted(home: Home) -> dict[str, Any]:
    try:
        noted: dict[str, Any] = json.loads(home.processes.read_text())
    except (FileNotFoundError, ValueError):
        return {}
    return noted


def _end_leftovers(home: Home) -> None:
    """Wait until the guards of a launcher that was killed have done their work; then help."""
    _, left = psutil.wait_procs(children_of(home).values(), timeout=_LEFTOVERS_WAIT_S)
    for child in left:
        child.kill()
    psutil.wait_procs(left, timeout=_LEFTOVERS_WAIT_S)
