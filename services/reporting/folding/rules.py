"""How events become figures, stated without a database.

A fold adds -1 to the cell that an event leaves and +1 to the cell that it enters, on the day on
which the event was recorded. Sums do not ask for an order, so only a repeated event could spoil
them, and the ledger lets each event in once. Each feature `*_facts` states one fact: its cell, its
rollups and the folding of each schema of its events; the ledger puts them together.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum
from hashlib import blake2b
from typing import Any, Final, NamedTuple, TypeAlias
from uuid import UUID

from shared.schemas.enrollment import ProgramPublished, WavePublished

Cell: TypeAlias = tuple[Any, ...]
Sums: TypeAlias = dict[Cell, list[int]]

COUNT: Final = ("n",)
PLUS: Final = (1,)
MINUS: Final = (-1,)


class Source(StrEnum):
    """Whose log an event comes from. Each source moves facts, states and names of its own."""

    REGISTRY = "registry"
    ENROLLMENT = "enrollment"
    REPORTING = "reporting"


@dataclass(frozen=True, slots=True, eq=False)
class Fact:
    """What is counted. `members` name its cell, `measures` the sums of one cell."""

    code: str
    source: Source
    members: tuple[str, ...]
    measures: tuple[str, ...] = COUNT


@dataclass(frozen=True, slots=True, eq=False)
class Rollup:
    """A table of sums: one row per (cell of `members`, day when `daily`)."""

    table: str
    fact: Fact
    members: tuple[str, ...]
    daily: bool

    @property
    def measures(self) -> tuple[str, ...]:
        """The sums of a row: those of the fact."""
        return self.fact.measures


@dataclass(frozen=True, slots=True, eq=False)
class Keeping:
    """A table of the latest that is known of each thing: `key`, `version` and `members`."""

    table: str
    source: Source
    key: str
    members: tuple[str, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column of a row beside its generation, in the order of `Folded.kept`."""
        return (self.key, "version", *self.members)


class UnknownSchemaError(Exception):
    """An event of a known topic has a schema that this version cannot fold.

    The reader stops there, and its lag says so: a figure that leaves events out is worse than a
    figure that is late.
    """


class Recorded(NamedTuple):
    """One event as the ledger keeps it; `day` is the day in Jakarta on which it was recorded."""

    id: UUID
    stream_id: UUID
    topic: str
    schema: int
    version: int
    occurred_at: datetime
    recorded_at: datetime
    day: date
    payload: Mapping[str, Any]


@dataclass(slots=True)
class Folded:
    """What a batch of events adds.

    `cells`: by fact, one vector of sums per (day, *cell). `kept`: by keeping and key, the row of
    the highest version.
    """

    cells: dict[Fact, Sums] = field(default_factory=dict)
    kept: dict[Keeping, dict[Any, Cell]] = field(default_factory=dict)
    programs: dict[UUID, ProgramPublished] = field(default_factory=dict)
    waves: dict[UUID, WavePublished] = field(default_factory=dict)

    def move(self, fact: Fact, day: date, cell: Cell, measures: Iterable[int]) -> None:
        """Add `measures` to the cell of `fact` on `day`."""
        sums = self.cells.get(fact)
        if sums is None:
            sums = self.cells[fact] = {}
        add(sums, (day, *cell), measures)

    def keep(self, keeping: Keeping, key: object, version: int, members: Cell) -> None:
        """Remember `members` of what `key` names, unless a later version is known."""
        rows = self.kept.get(keeping)
        if rows is None:
            rows = self.kept[keeping] = {}
        known = rows.get(key)
        if known is None or known[1] < version:
            rows[key] = (key, version, *members)


Folding: TypeAlias = Callable[[Folded, Recorded], None]
Foldings: TypeAlias = dict[str, dict[int, Folding]]


def also(foldings: Foldings, *more: Foldings) -> Foldings:
    """Return `foldings` with those of `more`: an event that several facts fold moves each."""
    together = {topic: dict(schemas) for topic, schemas in foldings.items()}
    for added in more:
        for topic, schemas in added.items():
            known = together.setdefault(topic, {})
            for schema, folding in schemas.items():
                known[schema] = _both(known[schema], folding) if schema in known else folding
    return together


def _both(one: Folding, other: Folding) -> Folding:
    def fold_both(folded: Folded, event: Recorded) -> None:
        one(folded, event)
        other(folded, event)

    return fold_both


def add(sums: Sums, key: Cell, measures: Iterable[int]) -> None:
    """Add `measures` to the sums under `key`."""
    present = sums.get(key)
    if present is None:
        sums[key] = list(measures)
    else:
        for place, measure in enumerate(measures):
            present[place] += measure


def written(members: Iterable[object]) -> Cell:
    """Return members as they are written: text, whole numbers, flags; instants in UTC.

    One thing is written in one way, so that it is one cell; and text is hashed and sent to
    PostgreSQL several times faster than identifiers.
    """
    return tuple([written_member(member) for member in members])


def written_member(member: object) -> object:
    """Return one member as it is written; what is not known is the empty text."""
    if isinstance(member, datetime):
        return member.astimezone(UTC)
    if member is None:
        return ""
    return member if isinstance(member, bool | int) else str(member)


def project(rollup: Rollup, sums: Sums) -> Sums:
    """Return the sums of `rollup`: keyed by (day, *members) when it is daily, else by members.

    `sums` are keyed by the day and every member of the rollup's fact. Cells to which nothing is
    added in the end are left out.
    """
    every = rollup.fact.members
    first = 0 if rollup.daily else 1
    places = [0][first:] + [1 + every.index(member) for member in rollup.members]
    projected: Sums = {}
    if len(places) == len(every) + 1:
        projected = sums
    else:
        for key, measures in sums.items():
            add(projected, tuple([key[place] for place in places]), measures)
    return {key: measures for key, measures in projected.items() if any(measures)}


def cell_id(key: Cell) -> str:
    """Return the identifier of a cell, as text: the same for the same members everywhere."""
    written_key = "\x1f".join([str(member) for member in key])
    return blake2b(written_key.encode(), digest_size=16).hexdigest()
