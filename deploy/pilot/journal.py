"""The client's own journal: every answer it got, kept outside the services it came from.

It is the other side of the audit: what the services acknowledged must be in their records, and what
they refused must not. It holds ids, states and reason codes, never a NIK or a name.
"""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Entry:
    """One answer to the `number`-th request of a step.

    `outcome` is the state that the answer gave (SEATED, WAITLISTED, registered ...) or, when the
    request was refused, its reason code. `facts` are ids that later steps need.
    """

    step: str
    number: int
    status: int
    outcome: str
    facts: dict[str, Any]

    @property
    def accepted(self) -> bool:
        """Whether the request had its effect."""
        return self.status < 400  # noqa: PLR2004 - the first status that refuses


class Journal:
    """Entries in a file that survives an interrupted pilot; one line each."""

    def __init__(self, path: Path) -> None:
        self._entries: dict[tuple[str, int], Entry] = {}
        self._path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists():
            self._load(path.read_bytes())
        self._file = path.open("a", encoding="utf-8", buffering=1)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._file.close()

    def find(self, step: str, number: int = 0) -> Entry | None:
        """Return what is known of a request, None when it has had no answer yet."""
        return self._entries.get((step, number))

    def add(self, entry: Entry) -> None:
        """Keep one answer."""
        self._entries[entry.step, entry.number] = entry
        self._file.write(json.dumps(asdict(entry), separators=(",", ":")) + "\n")

    def of(self, *steps: str) -> Iterator[Entry]:
        """Yield the entries of the steps, in the order in which they came."""
        return (entry for entry in self._entries.values() if entry.step in steps)

    def outcomes(self, *steps: str) -> Counter[str]:
        """Count the entries of the steps by their outcome."""
        return Counter(entry.outcome for entry in self.of(*steps))

    def _load(self, raw: bytes) -> None:
        # A pilot that was killed may have left half a line at the end: its request is asked again.
        complete, _, rest = raw.rpartition(b"\n")
        for line in complete.splitlines():
            entry = Entry(**json.loads(line))
            self._entries[entry.step, entry.number] = entry
        if rest:
            self._path.write_bytes(complete + b"\n")
