"""How far a device has read, what leaves its scope, and which events touch what it holds."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

from shared.errors import ServiceError
from shared.i18n import Text
from shared.schemas.enrollment import EnrollmentState, Topic
from shared.scope import Place, Reach, Scope

# The log of a facility is read by an index; that of an area or the nation in stretches.
MOST_SCANNED: Final = 5_000
MOST_EVENTS: Final = 500
EVENTS_A_CLASS: Final = 20
OLDEST: Final = timedelta(days=90)
_ABOUT: Final = frozenset({"class", "enrollment", "attendance"})
TOPICS: Final = tuple(topic for topic in Topic if topic.split(".")[1] in _ABOUT)
# What the head of a centre has to hear of, and not only to find changed.
_NEWS: Final = frozenset(
    {Topic.CLASS_CHANGED, Topic.CLASS_RESCHEDULED, Topic.CLASS_RELOCATED, Topic.CLASS_CANCELLED}
)
ON_ROLL: Final = frozenset(
    {EnrollmentState.SEATED, EnrollmentState.COMPLETED, EnrollmentState.DROPPED_OUT}
)


class ChangesGoneError(ServiceError):
    """What has changed since cannot be told any more: the device begins again."""

    status = HTTPStatus.GONE
    code = "changes-gone"
    title = Text(
        "Perubahan sejak itu tidak tersedia lagi; sinkronkan ulang dari awal tanpa token.",
        "What changed since is gone; sync again from the start, without a token.",
    )


class ItemKind(StrEnum):
    """What a device holds."""

    FACILITY = "FACILITY"
    CLASS = "CLASS"
    TIMETABLE = "TIMETABLE"
    OPENING = "OPENING"
    ENROLLMENT = "ENROLLMENT"
    SHEET = "SHEET"
    NOTICE = "NOTICE"


class Removed(StrEnum):
    """Why a device is to forget something."""

    DELETED = "deleted"
    OUT_OF_SCOPE = "out_of_scope"


class Phase(StrEnum):
    """Where a device is: at the present state, at what entered or left its scope, or at the log."""

    SNAPSHOT = "S"
    MOVED = "M"
    LOG = "L"


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a device has read: of the log to `cursor`, of a list of classes to `after`.

    `scope` is that of its reading so far, `before` the one that it had until then.
    """

    phase: Phase
    cursor: str
    scope: Scope
    issued_at: datetime
    before: Scope | None = None
    after: UUID | None = None

    def to(self, phase: Phase, *, after: UUID | None = None) -> "Mark":
        """Return the mark in another phase, or further on in the same."""
        return replace(self, phase=phase, after=after)

    def values(self) -> list[str | int | float | None]:
        """Return the mark as a cursor holds it."""
        return [
            self.phase.value,
            self.cursor,
            scope_text(self.scope),
            int(self.issued_at.timestamp()),
            None if self.before is None else scope_text(self.before),
            None if self.after is None else str(self.after),
        ]


def mark_of(values: Sequence[object]) -> Mark:
    """Return the mark that a signed cursor holds."""
    phase, cursor, scope, issued_at, before, after = values
    return Mark(
        phase=Phase(str(phase)),
        cursor=str(cursor),
        scope=scope_of(str(scope)),
        issued_at=datetime.fromtimestamp(int(str(issued_at)), UTC),
        before=None if before is None else scope_of(str(before)),
        after=None if after is None else UUID(str(after)),
    )


def settled_scope(scope: Scope) -> Scope:
    """Return a scope in the one order in which two of the same reach are equal."""
    reaches = {
        Reach(
            ministries=tuple(sorted(reach.ministries)),
            provinces=tuple(sorted(reach.provinces)),
            regencies=tuple(sorted(reach.regencies)),
            facilities=tuple(sorted(reach.facilities)),
            participant_id=reach.participant_id,
        )
        for reach in scope.reaches
    }
    return Scope(reaches=tuple(sorted(reaches, key=repr)))


def scope_text(scope: Scope) -> str:
    """Return a scope as text."""
    return json.dumps(
        [
            [
                list(reach.ministries),
                list(reach.provinces),
                list(reach.regencies),
                [each.hex for each in reach.facilities],
            ]
            for reach in scope.reaches
        ],
        separators=(",", ":"),
    )


def scope_of(text: str) -> Scope:
    """Return the scope that a text holds."""
    return Scope(
        reaches=tuple(
            Reach(
                ministries=tuple(ministries),
                provinces=tuple(provinces),
                regencies=tuple(regencies),
                facilities=tuple(UUID(hex=each) for each in facilities),
            )
            for ministries, provinces, regencies, facilities in json.loads(text)
        )
    )


def facilities_of(scope: Scope) -> frozenset[UUID]:
    """Return the facilities that a scope names."""
    return frozenset(each for reach in scope.reaches for each in reach.facilities)


def only_facilities(scope: Scope) -> bool:
    """Tell whether a scope reaches nothing but facilities that it names."""
    return not scope.system and all(reach.facilities for reach in scope.reaches)


def check_readable(mark: Mark, *, epoch: int, scope: Scope, now: datetime) -> None:
    """Refuse a mark from which nobody can read on.

    Raises:
        ChangesGoneError: when it is too old, of another epoch of the log, or of a list that was
            not read to its end before the scope changed.
    """
    too_old = mark.issued_at < now - OLDEST
    elsewhen = int(mark.cursor.partition(".")[0]) != epoch
    half_read = mark.phase is not Phase.LOG and mark.scope != scope
    if too_old or elsewhen or half_read:
        raise ChangesGoneError


@dataclass(slots=True)
class Touched:
    """What of which classes is to be told; of a class in `whole` all of it.

    `left` are enrollments that were on the roll of their class before.
    """

    whole: set[UUID] = field(default_factory=set)
    classes: set[UUID] = field(default_factory=set)
    openings: set[UUID] = field(default_factory=set)
    enrollments: dict[UUID, UUID] = field(default_factory=dict)
    was_on_roll: set[UUID] = field(default_factory=set)
    sheets: set[tuple[UUID, int]] = field(default_factory=set)
    news: list[tuple[UUID, UUID, str, datetime]] = field(default_factory=list)

    def class_ids(self) -> set[UUID]:
        """Return all classes of which anything is to be told."""
        return (
            self.whole
            | self.classes
            | self.openings
            | set(self.enrollments.values())
            | {class_id for class_id, _ in self.sheets}
        )


@dataclass(frozen=True, slots=True)
class Happened:
    """An event, as far as a device has to know of it; the ministries are those of its class."""

    id: UUID
    class_id: UUID
    topic: str
    occurred_at: datetime
    payload: Mapping[str, Any]
    owner_ministry: str | None = None
    co_ministry: str | None = None


def touched_by(events: Iterable[Happened]) -> Touched:
    """Return what a device holds of what some events tell."""
    touched = Touched()
    for event in events:
        _touch(touched, event)
    return touched


def _touch(touched: Touched, event: Happened) -> None:
    match event.topic.split(".")[1]:
        case "attendance":
            touched.sheets.add((event.class_id, int(event.payload["session"])))
        case "enrollment":
            enrollment_id = UUID(event.payload["enrollment_id"])
            touched.enrollments[enrollment_id] = event.class_id
            states = [event.payload.get(when) or {} for when in ("before", "after")]
            if any(each.get("state") in ON_ROLL for each in states):
                touched.was_on_roll.add(enrollment_id)
            if event.topic == Topic.PRESENCE_REPORTED:
                touched.openings.add(event.class_id)
        case _:
            if event.topic in (Topic.CLASS_PLANNED, Topic.CLASS_RELOCATED):
                touched.whole.add(event.class_id)
            touched.classes.add(event.class_id)
            if event.topic == Topic.CLASS_OPENED:
                touched.openings.add(event.class_id)
            if event.topic in _NEWS:
                told = (event.id, event.class_id, event.topic, event.occurred_at)
                touched.news.append(told)


def concerns(event: Happened, *, scope: Scope) -> bool:
    """Tell whether an event is of a class that is within a scope, or was before it was moved."""
    if event.topic != Topic.CLASS_RELOCATED:
        return True
    return any(scope.admits(_place(event, when)) for when in ("before", "after"))


def _place(event: Happened, when: str) -> Place:
    cell = event.payload[when]
    return Place(
        province_code=cell["province_code"],
        regency_code=cell["regency_code"],
        facility_id=UUID(cell["facility_id"]),
        owner_ministry=event.owner_ministry,
        co_ministry=event.co_ministry,
        host_ministry=cell["host_ministry"],
    )


def removed_by(state: EnrollmentState) -> Removed:
    """Return why somebody is no longer on a roll: he is trained elsewhere, or not at all."""
    moved = state is EnrollmentState.TRANSFERRED
    return Removed.OUT_OF_SCOPE if moved else Removed.DELETED
