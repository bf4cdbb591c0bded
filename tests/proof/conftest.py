"""Strangers' opinions: programs that nobody here has written look at a running Balai.

`make proof` installs them and runs what lies here; `make test` leaves it out.
"""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.stack import balai, whole_stack

__all__ = ["balai", "whole_stack"]

HERE = Path(__file__).parent
TOOLS = HERE / "node_modules/.bin"


def pytest_collection_modifyitems(items):
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.proof)


@pytest.fixture
def stranger() -> Callable[..., str]:
    """Return the function that runs a stranger's program and returns what it printed.

    One that is not there is a failure: the proof skips nothing.
    """

    def run(*command: str | Path, environment: dict[str, str] | None = None) -> str:
        shown = subprocess.run(
            [str(each) for each in command],
            capture_output=True,
            text=True,
            check=False,
            timeout=170,
            env=environment,
        )
        assert shown.returncode == 0, f"{command}\n{shown.stdout}\n{shown.stderr}"
        return shown.stdout + shown.stderr

    return run
