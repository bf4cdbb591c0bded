"""What can go wrong on the command line, told in one sentence and an exit code."""

import errno
from pathlib import Path


class CommandError(Exception):
    """A command that cannot do what it was asked; its text is the whole message to the person."""


def disk_full(folder: Path) -> CommandError:
    """Return the problem of a disk without room."""
    return CommandError(
        f"The disk that holds {folder} is full. Make room, or choose another place with BALAI_HOME."
    )


def is_disk_full(error: OSError) -> bool:
    """Tell whether the operating system refused for lack of room."""
    return error.errno in (errno.ENOSPC, errno.EDQUOT)
