"""A home, a terminal that keeps what it is told, and programs that are quick to start."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.embedded.children import Program
from deploy.embedded.console import Terminal
from deploy.embedded.home import Home, make_home
from tests.support import servers


class QuietTerminal(Terminal):
    """Keeps the lines instead of printing them."""

    def __init__(self) -> None:
        super().__init__(verbose=False)
        self.lines: list[str] = []

    def _print(self, text) -> None:
        self.lines.append(text.plain)


@pytest.fixture
def terminal() -> QuietTerminal:
    return QuietTerminal()


@pytest.fixture
def home() -> Iterator[Home]:
    """Return a home in a place that every user may enter."""
    folder = servers.temporary_folder()
    home = Home(folder / "home")
    make_home(home, None)
    yield home
    servers.remove(folder)


@pytest.fixture
def script(tmp_path: Path):
    """Return the function that makes a program from lines of Python."""

    def make(name: str, text: str, **options) -> Program:
        path = tmp_path / f"{name}.py"
        path.write_text(text)
        return Program(name, [sys.executable, "-u", str(path)], {"PATH": "/bin"}, **options)

    return make
