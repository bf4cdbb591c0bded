"""`balai down`: stop the stack that runs from this home."""

import sys
from typing import Final

import psutil

from deploy.embedded.home import home_from_environment, launcher_of
from deploy.problems import CommandError

_END_WITHIN_S: Final = 40.0


def run() -> int:
    """Ask the launcher to stop everything and wait for it.

    Raises:
        CommandError: when it does not end in time.
    """
    home = home_from_environment()
    launcher = launcher_of(home)
    if launcher is None:
        sys.stdout.write(f"Nothing runs from {home.root}.\n")
        return 0
    try:
        launcher.terminate()
        launcher.wait(timeout=_END_WITHIN_S)
    except psutil.NoSuchProcess:
        pass
    except psutil.AccessDenied:
        raise CommandError(f"Process {launcher.pid} belongs to another user.") from None
    except psutil.TimeoutExpired:
        raise CommandError(
            f"Process {launcher.pid} has not ended within {_END_WITHIN_S:g} s."
        ) from None
    sys.stdout.write("Balai has stopped.\n")
    return 0
