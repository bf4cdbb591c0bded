"""Checks in one database each: statements that find nothing when all is well."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Protocol, TypeAlias

_FOLDER: Final = Path(__file__).with_name("statements")
_EXAMPLES: Final = 5

Row: TypeAlias = Mapping[str, Any]


class Snapshot(Protocol):
    """A read-only transaction that sees one moment of one database."""

    async def fetch(self, query: str, /, *values: object) -> Sequence[Row]:
        """Return the rows of a statement."""
        ...


Snapshots: TypeAlias = Mapping[str, Snapshot]


@dataclass(frozen=True, slots=True)
class Check:
    """One file of `statements`: its rows are differences, each told in the column `what`.

    The head of the file names the check, the invariant it guards (docs/invariants.md), the
    databases it runs in, and the rows it looks at, so that a check of nothing shows.
    """

    name: str
    invariant: str
    databases: tuple[str, ...]
    looks_at: str
    statement: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found among `checked` things; `examples` are its first differences."""

    name: str
    invariant: str
    checked: int
    differences: int
    examples: list[str] = field(default_factory=list)


def read_check(path: Path) -> Check:
    """Return the check that a file holds."""
    text = path.read_text()
    head = [line.removeprefix("-- ") for line in text.splitlines() if line.startswith("-- ")]
    name, *rest = head
    facts = dict(line.split(": ", 1) for line in rest)
    return Check(
        name=name,
        invariant=facts["invariant"],
        databases=tuple(facts["database"].split(", ")),
        looks_at=facts["looks at"],
        statement=text,
    )


def all_checks() -> list[Check]:
    """Return every check, in the order of the files' names."""
    return [read_check(path) for path in sorted(_FOLDER.glob("*.sql"))]


async def run_check(check: Check, snapshots: Snapshots) -> Finding:
    """Run a check in each of its databases and return what it found in all of them."""
    checked = 0
    found: list[str] = []
    for database in check.databases:
        # The text comes from the files beside this one, never from a caller.
        count = f"SELECT count(*) AS n FROM {check.looks_at}"  # noqa: S608
        checked += (await snapshots[database].fetch(count))[0]["n"]
        found += [row["what"] for row in await snapshots[database].fetch(check.statement)]
    return Finding(check.name, check.invariant, checked, len(found), found[:_EXAMPLES])
