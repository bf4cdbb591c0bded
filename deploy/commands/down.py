"""`balai down`: stop the stack that runs from this home."""

import sys
import time
from typing import Final

import psutil

from deploy.embedded.home import home_from_environment, launcher_of
from deploy.problems import CommandError

_END_WITHIN_S: Final = 40.0
_LOOK_EVERY_S: Final = 0.1


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
    except psutil.AccessDenied:
        raise CommandError(f"Process {launcher.pid} belongs to another user.") from None
    until = time.monotonic() + _END_WITHIN_S
    while launcher_of(home) is not None:
        if time.monotonic() > until:
            raise CommandError(f"Process {launcher.pid} does not end.")
        time.sleep(_LOOK_EVERY_S)
    sys.stdout.write("Balai has stopped.\n")
    return 0
