"""How events become figures, stated without a database.

A fold adds -1 to the cell that an event leaves and +1 to the cell that it enters, on the day on
which the event was recorded. Sums do not ask for an order, so only a repeated event could spoil
them, and the ledger lets each event in once.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum
from functools import lru_cache
from hashlib import blake2b
from operator import attrgetter, itemgetter
from typing import Annotated, Any, Final, NamedTuple, TypeAlias
from uuid import UUID

from pydantic import TypeAdapter

from shared.schemas import enrollment, registry, reporting
from shared.schemas.enrollment import (
    ClassCell,
    ClassMoved,
    EnrollmentCell,
    ProgramPublished,
    WavePublished,
)
from shared.schemas.registry import FacilityCell, FacilityMoved
from shared.schemas.reporting import FollowUpRecorded, IncomeChange, Outcome, OutcomeCell

Cell: TypeAlias = tuple[Any, ...]
Sums: TypeAlias = dict[Cell, list[int]]


class Source(StrEnum):
    """Whose log an event comes from. Each source moves facts, states and names of its own."""

    REGISTRY = "registry"
    ENROLLMENT = "enrollment"
    REPORTING = "reporting"


class Fact(StrEnum):
    """What is counted."""

    FACILITIES = "facilities"
    CLASSES = "classes"
    ENROLLMENTS = "enrollments"
    OUTCOMES = "outcomes"


SOURCE_OF: Final[dict[Fact, Source]] = {
    Fact.FACILITIES: Source.REGISTRY,
    Fact.CLASSES: Source.ENROLLMENT,
    Fact.ENROLLMENTS: Source.ENROLLMENT,
    Fact.OUTCOMES: Source.REPORTING,
}

# A facility's cell does not name the facility; its operator sees it only if the cube does.
MEMBERS: Final[dict[Fact, tuple[str, ...]]] = {
    Fact.FACILITIES: ("facility_id", *FacilityCell.model_fields),
    Fact.CLASSES: tuple(ClassCell.model_fields),
    Fact.ENROLLMENTS: tuple(EnrollmentCell.model_fields),
    Fact.OUTCOMES: tuple(OutcomeCell.model_fields),
}

_COUNT: Final = ("n",)
OUTCOME_MEASURES: Final = (
    "n",
    "businesses_started",
    "businesses_running",
    "people_hired",
    "first_incomes",
    "days_to_first_income",
    "incomes_compared",
    "incomes_up",
)


@dataclass(frozen=True, slots=True)
class Rollup:
    """A table of sums: one row per (cell of `members`, day when `daily`), `measures` its sums."""

    table: str
    fact: Fact
    members: tuple[str, ...]
    daily: bool
    measures: tuple[str, ...] = _COUNT


# The summaries answer the public reports. Their size follows provinces and waves, not people, so
# that a report on a million enrollments costs what one on ten thousand does.
ROLLUPS: Final = (
    Rollup("facility_cube", Fact.FACILITIES, MEMBERS[Fact.FACILITIES], daily=True),
    Rollup(
        "class_summary",
        Fact.CLASSES,
        (
            "program_id",
            "wave_id",
            "province_code",
            "time_zone",
            "host_ministry",
            "starts_at",
            "state",
        ),
        daily=False,
    ),
    Rollup("class_cube", Fact.CLASSES, MEMBERS[Fact.CLASSES], daily=True),
    Rollup(
        "enrollment_summary",
        Fact.ENROLLMENTS,
        (
            "program_id",
            "wave_id",
            "province_code",
            "home_province_code",
            "host_ministry",
            "state",
            "waited",
            "presence",
        ),
        daily=False,
    ),
    Rollup("enrollment_cube", Fact.ENROLLMENTS, MEMBERS[Fact.ENROLLMENTS], daily=True),
    Rollup(
        "outcome_cube",
        Fact.OUTCOMES,
        MEMBERS[Fact.OUTCOMES],
        daily=True,
        measures=OUTCOME_MEASURES,
    ),
)


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


class Latest(NamedTuple):
    """The latest that is known of one enrollment; `cell` as MEMBERS names it."""

    enrollment_id: str
    class_id: str
    participant_id: str
    version: int
    cell: Cell


@dataclass(slots=True)
class Folded:
    """What a batch of events adds. `cells`: by fact, one vector of sums per (day, *cell)."""

    cells: dict[Fact, Sums] = field(default_factory=lambda: {fact: {} for fact in Fact})
    enrollments: dict[str, Latest] = field(default_factory=dict)
    programs: dict[UUID, ProgramPublished] = field(default_factory=dict)
    waves: dict[UUID, WavePublished] = field(default_factory=dict)

    def move(self, fact: Fact, day: date, cell: Cell, measures: Iterable[int]) -> None:
        """Add `measures` to the cell of `fact` on `day`."""
        _add(self.cells[fact], (day, *cell), measures)


def _add(sums: Sums, key: Cell, measures: Iterable[int]) -> None:
    present = sums.get(key)
    if present is None:
        sums[key] = list(measures)
    else:
        for place, measure in enumerate(measures):
            present[place] += measure


# Members that came later: who wrote an event without one meant this.
_LATER: Final = {"disability": False}
_FIRST: Final = itemgetter(*(each for each in EnrollmentCell.model_fields if each not in _LATER))
_CLASS_CELL = attrgetter(*ClassCell.model_fields)
_FACILITY_CELL = attrgetter(*FacilityCell.model_fields)
_OUTCOME_CELL = attrgetter(*OutcomeCell.model_fields)
_PLUS: Final = (1,)
_MINUS: Final = (-1,)
_REMEMBERED: Final = 65_536


def _written(members: Iterable[object]) -> Cell:
    """Return members as they are written: text, whole numbers, flags; instants in UTC.

    One thing is written in one way, so that it is one cell; and text is hashed and sent to
    PostgreSQL several times faster than identifiers.
    """
    return tuple([_written_member(member) for member in members])


def _written_member(member: object) -> object:
    if isinstance(member, datetime):
        return member.astimezone(UTC)
    return member if isinstance(member, bool | int) else str(member)


_annotated: Any = Annotated
_CHECKS: Final = tuple(
    TypeAdapter[Any](_annotated[member.annotation, member])
    for member in EnrollmentCell.model_fields.values()
)


@lru_cache(maxsize=_REMEMBERED)
def _enrollment_member(place: int, member: object) -> object:
    return _written_member(_CHECKS[place].validate_python(member))


@lru_cache(maxsize=_REMEMBERED)
def _enrollment_cell(members: Cell) -> Cell:
    """Return the cell that an event writes as `members`, each checked as EnrollmentCell would.

    A cell is left soon after it was entered, and there are few facilities, areas and kinds: to
    remember both is seven times faster than to check every event anew.

    Raises:
        pydantic.ValidationError: when a member is none that a cell can have.
    """
    return tuple([_enrollment_member(place, member) for place, member in enumerate(members)])


def _members(cell: Mapping[str, Any]) -> Cell:
    """Return the members of a cell as an event writes them, in the order of EnrollmentCell."""
    return (*_FIRST(cell), *[cell.get(name, default) for name, default in _LATER.items()])


def _fold_enrollment(folded: Folded, event: Recorded) -> None:
    # The read of an EnrollmentMoved, with each distinct cell checked once; the identifiers are
    # checked by PostgreSQL.
    payload = event.payload
    before, after = payload["before"], payload["after"]
    if before is not None:
        left = _enrollment_cell(_members(before))
        folded.move(Fact.ENROLLMENTS, event.day, left, _MINUS)
    entered = _enrollment_cell(_members(after))
    folded.move(Fact.ENROLLMENTS, event.day, entered, _PLUS)
    enrollment_id = payload["enrollment_id"]
    known = folded.enrollments.get(enrollment_id)
    if known is None or known.version < event.version:
        folded.enrollments[enrollment_id] = Latest(
            enrollment_id,
            payload["class_id"],
            payload["participant_id"],
            event.version,
            entered,
        )


def _fold_class(folded: Folded, event: Recorded) -> None:
    moved = ClassMoved.model_validate(event.payload)
    if moved.before is not None:
        folded.move(Fact.CLASSES, event.day, _written(_CLASS_CELL(moved.before)), _MINUS)
    folded.move(Fact.CLASSES, event.day, _written(_CLASS_CELL(moved.after)), _PLUS)


def _fold_facility(folded: Folded, event: Recorded) -> None:
    moved = FacilityMoved.model_validate(event.payload)
    for cell, measures in ((moved.before, _MINUS), (moved.after, _PLUS)):
        if cell is not None:
            members = _written((moved.facility_id, *_FACILITY_CELL(cell)))
            folded.move(Fact.FACILITIES, event.day, members, measures)


def _measures(outcome: Outcome) -> list[int]:
    return [
        1,
        int(outcome.business_started is True),
        int(outcome.business_running is True),
        outcome.people_hired or 0,
        int(outcome.days_to_first_income is not None),
        outcome.days_to_first_income or 0,
        int(outcome.income_change is not None),
        int(outcome.income_change is IncomeChange.UP),
    ]


def _fold_outcome(folded: Folded, event: Recorded) -> None:
    recorded = FollowUpRecorded.model_validate(event.payload)
    if recorded.before is not None:
        undone = [-measure for measure in _measures(recorded.before)]
        cell = _written(_OUTCOME_CELL(recorded.before.cell))
        folded.move(Fact.OUTCOMES, event.day, cell, undone)
    cell = _written(_OUTCOME_CELL(recorded.after.cell))
    folded.move(Fact.OUTCOMES, event.day, cell, _measures(recorded.after))


def _fold_program(folded: Folded, event: Recorded) -> None:
    program = ProgramPublished.model_validate(event.payload)
    folded.programs[program.program_id] = program


def _fold_wave(folded: Folded, event: Recorded) -> None:
    wave = WavePublished.model_validate(event.payload)
    folded.waves[wave.wave_id] = wave


Folding: TypeAlias = Callable[[Folded, Recorded], None]

# Every schema ever published stays here: the ledger is folded anew from its first event.
FOLDINGS: Final[dict[str, dict[int, Folding]]] = {
    registry.Topic.FACILITY_REGISTERED: {1: _fold_facility},
    registry.Topic.FACILITY_CHANGED: {1: _fold_facility},
    registry.Topic.FACILITY_STATUS_CHANGED: {1: _fold_facility},
    enrollment.Topic.PROGRAM_PUBLISHED: {1: _fold_program},
    enrollment.Topic.WAVE_PUBLISHED: {1: _fold_wave},
    enrollment.Topic.CLASS_PLANNED: {1: _fold_class},
    enrollment.Topic.CLASS_CHANGED: {1: _fold_class},
    enrollment.Topic.CLASS_OPENED: {1: _fold_class},
    enrollment.Topic.CLASS_COMPLETED: {1: _fold_class},
    enrollment.Topic.CLASS_CANCELLED: {1: _fold_class},
    enrollment.Topic.CLASS_RELOCATED: {1: _fold_class},
    enrollment.Topic.CLAIMED: {1: _fold_enrollment},
    enrollment.Topic.PROMOTED: {1: _fold_enrollment},
    enrollment.Topic.CANCELLED: {1: _fold_enrollment},
    enrollment.Topic.NOT_PLACED: {1: _fold_enrollment},
    enrollment.Topic.PRESENCE_REPORTED: {1: _fold_enrollment},
    enrollment.Topic.COMPLETED: {1: _fold_enrollment},
    enrollment.Topic.DROPPED_OUT: {1: _fold_enrollment},
    enrollment.Topic.RELOCATED: {1: _fold_enrollment},
    enrollment.Topic.REASSIGNED: {1: _fold_enrollment},
    enrollment.Topic.OFFERED: {1: _fold_enrollment},
    enrollment.Topic.CONFIRMED: {1: _fold_enrollment},
    enrollment.Topic.DECLINED: {1: _fold_enrollment},
    enrollment.Topic.EXPIRED: {1: _fold_enrollment},
    enrollment.Topic.TRANSFERRED_OUT: {1: _fold_enrollment},
    enrollment.Topic.TRANSFERRED_IN: {1: _fold_enrollment},
    reporting.Topic.FOLLOWUP_RECORDED: {1: _fold_outcome},
}


def fold(events: Iterable[Recorded]) -> Folded:
    """Return what `events` add to the figures, whatever order they come in.

    Raises:
        UnknownSchemaError: when a topic that moves a figure has a schema without a folding.
    """
    folded = Folded()
    for event in events:
        schemas = FOLDINGS.get(event.topic)
        if schemas is None:
            continue
        folding = schemas.get(event.schema)
        if folding is None:
            message = f"{event.topic} has schema {event.schema}, which cannot be folded yet"
            raise UnknownSchemaError(message)
        folding(folded, event)
    return folded


def foldable(events: Iterable[Recorded]) -> list[Recorded]:
    """Return the events that the ledger keeps, each once, in the order in which they came."""
    return list({event.id: event for event in events if event.topic in FOLDINGS}.values())


def project(rollup: Rollup, sums: Sums) -> Sums:
    """Return the sums of `rollup`: keyed by (day, *members) when it is daily, else by members.

    `sums` are keyed by the day and every member of the rollup's fact. Cells to which nothing is
    added in the end are left out.
    """
    every = MEMBERS[rollup.fact]
    first = 0 if rollup.daily else 1
    places = [0][first:] + [1 + every.index(member) for member in rollup.members]
    projected: Sums = {}
    if len(places) == len(every) + 1:
        projected = sums
    else:
        for key, measures in sums.items():
            _add(projected, tuple([key[place] for place in places]), measures)
    return {key: measures for key, measures in projected.items() if any(measures)}


def cell_id(key: Cell) -> str:
    """Return the identifier of a cell, as text: the same for the same members everywhere."""
    written = "\x1f".join([str(member) for member in key])
    return blake2b(written.encode(), digest_size=16).hexdigest()
