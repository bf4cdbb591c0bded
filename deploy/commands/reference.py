"""Load the reference data that nothing works without: the shipped areas, and enrollment's copy.

Run by the launcher when enrollment has no copy yet.
"""

import sys
import time
from typing import Any, Final

import httpx
from rich.console import Console

from deploy.commands.imports import SHIPPED_AREAS, api_client, ask, progress_bars, send
from deploy.problems import CommandError
from deploy.processes import AREA_LEVELS

_COPIED_WITHIN_S: Final = 300.0
_ASK_EVERY_S: Final = 0.2


def run() -> int:
    """Load what is missing.

    Raises:
        CommandError: when the import is refused or the copy does not come.
    """
    with api_client() as client:
        if _is_whole(_state(client)):
            return 0
        with progress_bars(Console(highlight=False)) as progress:
            job = send(client, SHIPPED_AREAS, progress)
            refused = int((job["result"] or {}).get("refused", 0))
            if refused:
                raise CommandError(f"{refused} of the shipped areas were refused.")
            copying = progress.add_task("copy to enrollment", total=job["progress"]["total"])
            until = time.monotonic() + _COPIED_WITHIN_S
            while not _is_whole(state := _state(client)):
                if time.monotonic() > until:
                    raise CommandError("Enrollment has not copied the areas from the registry.")
                progress.update(copying, completed=state["areas"])
                time.sleep(_ASK_EVERY_S)
            progress.update(copying, completed=state["areas"])
    return 0


def _state(client: httpx.Client) -> dict[str, Any]:
    return ask(client, "GET", "/enrollment/v1/areas/state")


def _is_whole(state: dict[str, Any]) -> bool:
    return set(state["levels"]) >= set(AREA_LEVELS)


def main() -> int:
    """Run for the launcher, which put the variables of the stack into the environment."""
    try:
        return run()
    except CommandError as error:
        sys.stderr.write(f"balai: {error}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main())
