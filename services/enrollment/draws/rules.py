"""Who gets which place, stated without a database: from seed, list, scores, choices and quotas."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, NamedTuple
from uuid import UUID

SEED_BYTES: Final = 32
# Weights are hundredths, so that a full score in all criteria is 100 * 100.
FULL_WEIGHT: Final = 100
FULL_SCORE: Final = 100


class Outcome(StrEnum):
    """What the draw gives to an application."""

    PLACED = "PLACED"
    RESERVE = "RESERVE"
    NOT_SELECTED = "NOT_SELECTED"
    INELIGIBLE = "INELIGIBLE"
    WITHDRAWN = "WITHDRAWN"


class Why(StrEnum):
    """What decided, about an application as a whole or about one of its choices."""

    PLACED = "placed"
    RESERVE = "reserve"
    CHOICE_FULL = "choice-full"
    CHOICE_GONE = "choice-gone"
    QUOTA_FULL = "quota-full"
    RESERVE_FULL = "reserve-full"
    WITHDRAWN = "withdrawn"
    SCORE_MISSING = "score-missing"
    ALREADY_ENROLLED = "already-enrolled"
    KIND = "not-eligible-kind"
    AGE = "not-eligible-age"
    AREA = "not-eligible-area"


class MissingScore(StrEnum):
    """What a missing score means: no points for it, or that the application is not ranked."""

    ZERO = "ZERO"
    INELIGIBLE = "INELIGIBLE"


class Choice(NamedTuple):
    """What somebody would take: one class, or any class of the facility when there is none."""

    facility_id: UUID
    class_id: UUID | None = None

    @property
    def target(self) -> UUID:
        """The class or the facility by its id, as it stands in the list."""
        return self.class_id or self.facility_id


class Step(NamedTuple):
    """What became of a choice: `choice` is its rank from 1, 0 is the application as a whole."""

    choice: int
    why: Why
    class_id: UUID | None = None
    quota_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """An application of the frozen list as the draw sees it.

    `refused` says why it is not ranked. `points` has the hundredths of the weighted score, 0 where
    nothing is scored. `quotas` are those that the person counts in.
    """

    id: UUID
    choices: Sequence[Choice]
    points: int = 0
    refused: Why | None = None
    quotas: frozenset[UUID] = frozenset()


@dataclass(frozen=True, slots=True)
class Room:
    """A class with what it has left to give: seats, and places on its reserve list."""

    id: UUID
    facility_id: UUID
    seats: int
    reserve: int


@dataclass(frozen=True, slots=True)
class Quota:
    """How many more of the wave's seats may go to whom.

    AT_MOST: `left` to those who count in it (`members`). AT_LEAST: `left` to those who do not.
    """

    id: UUID
    members: bool
    left: int

    def concerns(self, entry: Entry) -> bool:
        """Tell whether a seat for `entry` uses up what is left."""
        return (self.id in entry.quotas) is self.members


@dataclass(frozen=True, slots=True)
class Drawn:
    """What the draw gives to one application, and every step that led there.

    `rank` is from 1, None where it is not ranked. `reserve_number` is the place in line of those
    whom this draw adds to the reserve list of their class, from 1.
    """

    id: UUID
    ticket: bytes
    rank: int | None
    points: int
    outcome: Outcome
    steps: Sequence[Step]
    class_id: UUID | None = None
    reserve_number: int | None = None


def line_of(application_id: UUID, choices: Sequence[Choice]) -> str:
    """Return the line of an application in the frozen list: its id, then what it chose, in order.

    Ids are written in lower case with dashes, parted by one space; a line feed ends the line.
    """
    return " ".join(str(each) for each in (application_id, *(c.target for c in choices))) + "\n"


def list_digest(lines: Iterable[str]) -> bytes:
    """Return the SHA-256 of the frozen list: all lines in the order of the application ids."""
    return hashlib.sha256("".join(sorted(lines)).encode("ascii")).digest()


def commitment_of(seed: bytes) -> bytes:
    """Return what is published of a seed before applications close: its SHA-256."""
    return hashlib.sha256(seed).digest()


def ticket_of(seed: bytes, *, digest: bytes, application_id: UUID, public_value: str) -> bytes:
    """Return the ticket of an application; the lowest is drawn first, compared byte by byte.

    SHA-256 over, one after the other and with nothing between: the 32 bytes of the seed, the 32
    bytes of the list's digest, the application's id in its 36 ASCII characters (lower case, with
    dashes), and the public value in UTF-8, which is empty where none was announced. All but the
    last are of fixed length, so that no two inputs make one message.
    """
    message = seed + digest + str(application_id).encode("ascii") + public_value.encode()
    return hashlib.sha256(message).digest()


def weighted(weights: Mapping[str, int], scores: Mapping[str, int]) -> int:
    """Return the hundredths of a weighted score, 0 to 10,000; a missing score has no points."""
    return sum(weight * scores.get(criterion, 0) for criterion, weight in weights.items())


def is_missing(weights: Mapping[str, int], scores: Mapping[str, int]) -> bool:
    """Tell whether a criterion has no score."""
    return not weights.keys() <= scores.keys()


def in_order(
    entries: Iterable[Entry], tickets: Mapping[UUID, bytes]
) -> tuple[list[Entry], list[Entry]]:
    """Return the entries that are ranked, first to last, and those that are not, by id.

    More points go first; among equal ones the lower ticket does.
    """
    ranked: list[Entry] = []
    refused: list[Entry] = []
    for entry in entries:
        (refused if entry.refused else ranked).append(entry)
    ranked.sort(key=lambda entry: (-entry.points, tickets[entry.id]))
    return ranked, sorted(refused, key=lambda entry: entry.id)


@dataclass(slots=True)
class _Left:
    """What is left to give while the ranks are gone through."""

    rooms: Mapping[UUID, Room]
    of_facility: Mapping[UUID, Sequence[UUID]]
    seats: dict[UUID, int]
    reserve: dict[UUID, int]
    quotas: Mapping[UUID, Quota]
    quota_left: dict[UUID, int]
    waiting: dict[UUID, int] = field(default_factory=dict)

    def classes(self, choice: Choice) -> Sequence[UUID]:
        """Return what a choice leads to, in the order of the published list of classes."""
        if choice.class_id is not None:
            return [choice.class_id] if choice.class_id in self.rooms else []
        return self.of_facility.get(choice.facility_id, ())

    def refusing(self, entry: Entry) -> UUID | None:
        """Return the first quota that has nothing left for this person."""
        full = (
            each.id
            for each in self.quotas.values()
            if each.concerns(entry) and self.quota_left[each.id] <= 0
        )
        return next(full, None)

    def seat(self, entry: Entry, class_id: UUID) -> None:
        self.seats[class_id] -= 1
        for each in self.quotas.values():
            if each.concerns(entry):
                self.quota_left[each.id] -= 1

    def queue(self, class_id: UUID) -> int:
        self.reserve[class_id] -= 1
        self.waiting[class_id] = self.waiting.get(class_id, 0) + 1
        return self.waiting[class_id]


def _left(rooms: Sequence[Room], quotas: Sequence[Quota]) -> _Left:
    of_facility: dict[UUID, list[UUID]] = {}
    for room in rooms:
        of_facility.setdefault(room.facility_id, []).append(room.id)
    return _Left(
        rooms={room.id: room for room in rooms},
        of_facility=of_facility,
        seats={room.id: room.seats for room in rooms},
        reserve={room.id: room.reserve for room in rooms},
        quotas={quota.id: quota for quota in quotas},
        quota_left={quota.id: quota.left for quota in quotas},
    )


class _Given(NamedTuple):
    outcome: Outcome
    steps: list[Step]
    class_id: UUID | None = None
    reserve_number: int | None = None


def _give(entry: Entry, left: _Left) -> _Given:
    """Return the first choice that has a seat, else the first that has a place in reserve."""
    steps: list[Step] = []
    refusing = left.refusing(entry)
    for rank, choice in enumerate(entry.choices, start=1):
        wanted = left.classes(choice)
        free = next((each for each in wanted if left.seats[each] > 0), None)
        if free is not None and refusing is None:
            left.seat(entry, free)
            return _Given(Outcome.PLACED, [*steps, Step(rank, Why.PLACED, free)], free)
        if not wanted:
            steps.append(Step(rank, Why.CHOICE_GONE))
        elif free is None:
            steps.append(Step(rank, Why.CHOICE_FULL))
        else:
            steps.append(Step(rank, Why.QUOTA_FULL, quota_id=refusing))
    return _wait(entry, left, steps)


def _wait(entry: Entry, left: _Left, steps: list[Step]) -> _Given:
    for rank, choice in enumerate(entry.choices, start=1):
        wanted = left.classes(choice)
        room = next((each for each in wanted if left.reserve[each] > 0), None)
        if room is not None:
            number = left.queue(room)
            return _Given(Outcome.RESERVE, [*steps, Step(rank, Why.RESERVE, room)], room, number)
        if wanted:
            steps.append(Step(rank, Why.RESERVE_FULL))
    return _Given(Outcome.NOT_SELECTED, steps)


def place(
    entries: Iterable[Entry],
    tickets: Mapping[UUID, bytes],
    *,
    rooms: Sequence[Room],
    quotas: Sequence[Quota] = (),
) -> list[Drawn]:
    """Return what each application gets, in rank order, then those that are not ranked by id.

    Each in turn takes the first of its choices that has a free seat; of a facility's classes the
    first of `rooms`. Whom a quota refuses is passed over and may wait; a seat that is held for
    others stays free for them. Who finds no seat waits at the first choice that has room.
    """
    ranked, refused = in_order(entries, tickets)
    left = _left(rooms, quotas)
    drawn = []
    for rank, entry in enumerate(ranked, start=1):
        given = _give(entry, left)
        drawn.append(Drawn(entry.id, tickets[entry.id], rank, entry.points, *_spread(given)))
    return drawn + [_refused(entry, tickets[entry.id]) for entry in refused]


def _spread(given: _Given) -> tuple[Outcome, Sequence[Step], UUID | None, int | None]:
    return given.outcome, tuple(given.steps), given.class_id, given.reserve_number


def _refused(entry: Entry, ticket: bytes) -> Drawn:
    why = entry.refused or Why.WITHDRAWN
    outcome = Outcome.WITHDRAWN if why is Why.WITHDRAWN else Outcome.INELIGIBLE
    return Drawn(entry.id, ticket, None, entry.points, outcome, (Step(0, why),))


def result_digest(drawn: Iterable[Drawn], *, inputs: bytes) -> bytes:
    """Return the SHA-256 that an approval is bound to: what went in, and what each one gets."""
    digest = hashlib.sha256(inputs)
    for each in sorted(drawn, key=lambda one: one.id):
        members = (each.id, each.rank, each.outcome, each.class_id, each.reserve_number)
        digest.update((" ".join(str(member) for member in members) + "\n").encode("ascii"))
    return digest.digest()
