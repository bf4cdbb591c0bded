"""Start a server as our own child that dies with us, as a user that may run it."""

import ctypes
import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

UNPRIVILEGED = 65534
PR_SET_PDEATHSIG = 1


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def package_folder(name: str) -> Path:
    """Return where a package lies without importing it (some print warnings, which are errors)."""
    spec = importlib.util.find_spec(name)
    assert spec is not None, f"{name} is not installed"
    return Path(next(iter(spec.submodule_search_locations)))


def temporary_folder() -> Path:
    """Return a new folder with a short name that every user may enter."""
    folder = Path(tempfile.mkdtemp(prefix="balai-test-"))
    folder.chmod(0o755)
    return folder


def own(folder: Path) -> None:
    """Give a data folder to the user that will run its server."""
    if os.getuid() == 0:
        os.chown(folder, UNPRIVILEGED, UNPRIVILEGED)


def as_user() -> dict:
    """Return what makes Popen switch to the unprivileged user when we are root."""
    if os.getuid() != 0:
        return {}
    return {"user": UNPRIVILEGED, "group": UNPRIVILEGED, "extra_groups": []}


def _die_with_parent(death_signal: int):
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None)

    def ask_kernel() -> None:
        libc.prctl(PR_SET_PDEATHSIG, death_signal)

    return ask_kernel


def spawn(
    command: list[str], *, log: Path, death_signal: int = signal.SIGQUIT, **options
) -> subprocess.Popen:
    """Start a server that outlives neither the fixture nor, on Linux, a killed test run."""
    with log.open("ab") as output:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd="/tmp",
            preexec_fn=_die_with_parent(death_signal),  # noqa: PLW1509 - it calls prctl alone
            **options,
        )


def runnable(folder: Path, binary: str, into: Path) -> Path:
    """Return `folder` or, when the unprivileged user cannot run what is in it, a copy."""
    try:
        subprocess.run(
            [folder / binary, "--version"], check=True, capture_output=True, cwd="/tmp", **as_user()
        )
    except (OSError, subprocess.CalledProcessError):
        libraries = folder.with_name(f"{folder.name}.libs")
        shutil.copytree(folder, into / folder.name, symlinks=True)
        if libraries.is_dir():
            shutil.copytree(libraries, into / libraries.name, symlinks=True)
        return into / folder.name
    return folder


def remove(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
