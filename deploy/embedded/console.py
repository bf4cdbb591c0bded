"""What the person at the terminal sees: steps, and the lines of processes that matter."""

import json
import re
from contextlib import suppress
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.text import Text

_COLOURS: Final = ("cyan", "magenta", "green", "yellow", "blue", "bright_cyan", "bright_magenta")
# A line that a person should see unasked: ours are JSON with a level, the servers' have words.
_MATTERS: Final = re.compile(
    rb'"level": ?"(?:warning|error|critical|warn|fatal)"|\b(?:FATAL|PANIC):(?!.*idle-session)'
    rb"|^Traceback|^\w*(?:Error|Exception)\b|Address already in use",
    re.MULTILINE,
)
_FILE_LIMIT: Final = 50_000_000
_NAME_WIDTH: Final = 17
_KEPT_LINES: Final = 16
_WIDTH: Final = 500
# Members of a line that are for machines; an exception is told by its last line.
_UNTOLD: Final = ("level", "timestamp", "service", "module", "logger", "request_id", "exception")


class Terminal:
    """Prints lines under the names of their processes, each name in its colour."""

    def __init__(self, *, verbose: bool) -> None:
        self.verbose = verbose
        self._console = Console(highlight=False, soft_wrap=True)
        self._colours: dict[str, str] = {}
        self._gone = False

    def say(self, line: str, style: str = "") -> None:
        """Print a line of the launcher's own."""
        self._print(Text(line, style=style))

    def tell(self, name: str, line: str, style: str = "") -> None:
        """Print a line under the name of a process."""
        colour = self._colours.setdefault(name, _COLOURS[len(self._colours) % len(_COLOURS)])
        self._print(Text.assemble((f"{name:<{_NAME_WIDTH}} | ", colour), (line, style)))

    def _print(self, text: Text) -> None:
        """Print, until whoever read the output has gone away."""
        if self._gone:
            return
        try:
            self._console.print(text)
        except OSError:
            self._gone = True


def readable(line: bytes) -> str:
    """Return a line as a person reads it: of our own JSON, what happened and with what."""
    text = line.decode(errors="replace")
    try:
        entry = json.loads(text)
        event = entry.pop("event")
    except (ValueError, KeyError, AttributeError, TypeError):
        return text[:_WIDTH]
    told = [f"{name}={value}" for name, value in entry.items() if name not in _UNTOLD]
    last = str(entry.get("exception", "")).strip().rpartition("\n")[2]
    return " ".join([f"{entry.get('level')}: {event}", *told, last]).strip()[:_WIDTH]


class Log:
    """The file that one process writes to, and the lines of it that reach the terminal.

    `heard` becomes true once the process has said `phrase`.
    """

    def __init__(
        self, folder: Path, name: str, terminal: Terminal, phrase: bytes | None = None
    ) -> None:
        self.heard = phrase is None
        self._phrase = phrase
        self.path = folder / f"{name}.log"
        self._name = name
        self._terminal = terminal
        self._rest = b""
        self._last: list[bytes] = []

    def take(self, chunk: bytes) -> None:
        """Keep what the process wrote; show whole lines when one of them matters."""
        self._keep(chunk)
        lines = (self._rest + chunk).split(b"\n")
        self._rest = lines.pop()[-4096:]
        self.heard = self.heard or any(self._phrase in line for line in lines if self._phrase)
        self._last = (self._last + lines[-_KEPT_LINES:])[-_KEPT_LINES:]
        if not self._terminal.verbose and not _MATTERS.search(chunk):
            return
        for line in lines:
            if self._terminal.verbose or _MATTERS.search(line):
                self._terminal.tell(self._name, readable(line))

    def last_lines(self) -> str:
        """Return the last lines, for a problem that they explain."""
        lines = [*self._last, self._rest]
        return "\n".join(
            f"  {line.decode(errors='replace')[:400]}" for line in lines if line.strip()
        )

    def _keep(self, chunk: bytes) -> None:
        """Append to the file; a disk without room must not stop the launcher."""
        with suppress(OSError):
            if self.path.exists() and self.path.stat().st_size > _FILE_LIMIT:
                self.path.replace(self.path.with_suffix(".log.1"))
            with self.path.open("ab") as file:
                file.write(chunk)
