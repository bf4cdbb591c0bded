"""As whom the servers run, and which folder keeps that user out."""

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from deploy.problems import CommandError

NOBODY: Final = 65534

# `cd` from folder to folder as the other user; the first that refuses is printed.
_WALK: Final = 'for d in "$@"; do cd "$d" 2>/dev/null || { printf %s "$d"; exit 1; }; done'


@dataclass(frozen=True, slots=True)
class Account:
    """An unprivileged user that the servers run as when the launcher is root."""

    uid: int
    gid: int
    name: str


def choose_account(run_as: str | None) -> Account | None:
    """Return whom the servers run as, or None when that is the user who starts them.

    Raises:
        CommandError: when the user is unknown, is root, or only root could switch to it.
    """
    if os.geteuid() != 0:
        if run_as is not None and run_as not in (str(os.geteuid()), _name_of(os.geteuid())):
            raise CommandError("Only root can run the servers as another user.")
        return None
    account = _look_up(run_as) if run_as else Account(NOBODY, NOBODY, _name_of(NOBODY))
    if account.uid == 0:
        raise CommandError("PostgreSQL refuses to run as root. Name another user with --run-as.")
    return account


def _look_up(name: str) -> Account:
    try:
        entry = pwd.getpwuid(int(name)) if name.isdigit() else pwd.getpwnam(name)
    except KeyError:
        if name.isdigit():
            return Account(int(name), int(name), name)
        raise CommandError(f"There is no user {name} to run the servers as.") from None
    return Account(entry.pw_uid, entry.pw_gid, entry.pw_name)


def _name_of(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def check_can_enter(folder: Path, account: Account) -> None:
    """Refuse a folder that `account` cannot reach, naming the one on the way that keeps it out.

    Raises:
        CommandError: when a folder refuses.
    """
    way = [str(folder), *(str(parent) for parent in folder.parents)]
    walk = subprocess.run(  # noqa: S603 - the shell and the script are ours
        ["/bin/sh", "-c", _WALK, "sh", *reversed(way)],
        user=account.uid,
        group=account.gid,
        extra_groups=[],
        cwd="/",
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if walk.returncode != 0:
        raise CommandError(
            f"The user {account.name} ({account.uid}), as whom the servers run, cannot enter"
            f" {walk.stdout or folder}, a folder on the way to {folder}."
            " Choose another place with BALAI_HOME, another user with --run-as,"
            f" or let others pass: chmod o+x {walk.stdout or folder}"
        )
