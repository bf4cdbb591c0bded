"""What a class needs before it starts, and what is missing, stated without a database."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID

from shared.i18n import Text
from shared.schemas.enrollment import ClassState
from shared.schemas.registry import ClassHold, ClassStanding


class Criterion(StrEnum):
    """What a class needs to start."""

    AGREEMENT = "AGREEMENT"
    SPACE = "SPACE"
    MODULE = "MODULE"
    INSTRUCTORS = "INSTRUCTORS"
    SEATS = "SEATS"
    OPERATOR = "OPERATOR"


class Lack(StrEnum):
    """Why a criterion is not met."""

    AGREEMENT = "agreement-not-in-force"
    FACILITY = "facility-not-active"
    NO_SPACE = "space-missing"
    HELD = "space-not-confirmed"
    MODULE = "module-version-missing"
    INSTRUCTORS = "instructors-missing"
    SEATS = "seats-below-minimum"
    OPERATOR = "operator-never-seen"


LACK_TEXT: Final[Mapping[Lack, Text]] = {
    Lack.AGREEMENT: Text(
        "Perjanjian tidak berlaku bagi balai ini pada semua hari kelas.",
        "The agreement is not in force for the facility on all days of the class.",
    ),
    Lack.FACILITY: Text("Balai tidak aktif.", "The facility is not active."),
    Lack.NO_SPACE: Text("Kelas tidak mempunyai ruang.", "The class has no space."),
    Lack.HELD: Text("Ruang belum dikonfirmasi.", "The space is held, not confirmed."),
    Lack.MODULE: Text(
        "Versi modul kelas tidak ada atau masih draf.",
        "The version of the module is not there, or a draft.",
    ),
    Lack.INSTRUCTORS: Text(
        "Tidak semua instruktur ditugaskan untuk jam kelas.",
        "Not all instructors are engaged for the hours of the class.",
    ),
    Lack.SEATS: Text(
        "Kursi yang dikonfirmasi belum mencapai batas minimum.",
        "Fewer seats are confirmed than the stated minimum.",
    ),
    Lack.OPERATOR: Text(
        "Pengelola balai belum pernah masuk.", "No operator of the facility has ever logged in."
    ),
}


@dataclass(frozen=True, slots=True)
class ClassFacts:
    """What enrollment knows of a class; `confirmed` seats are those that nobody has to confirm."""

    class_id: UUID
    code: str
    label: str
    state: ClassState
    facility_id: UUID
    facility_name: str
    province_code: str
    regency_code: str
    module_version: str
    instructors: int
    capacity: int
    confirmed: int
    operator_seen: bool


@dataclass(frozen=True, slots=True)
class Readiness:
    """A class, and why each criterion is not met; None where it is."""

    facts: ClassFacts
    lacks: Mapping[Criterion, Lack | None]

    @property
    def ready(self) -> bool:
        """Whether nothing is missing."""
        return not any(self.lacks.values())


def seats_needed(capacity: int, *, percent: int) -> int:
    """Return how many confirmed seats are `percent` of a class, rounded up."""
    return -(-capacity * percent // 100)


def judge(facts: ClassFacts, standing: ClassStanding, *, min_seats_percent: int) -> Readiness:
    """Return what is missing of a class, from what both services hold at this moment."""
    needed = seats_needed(facts.capacity, percent=min_seats_percent)
    unfit = standing.module_version != facts.module_version
    few = standing.instructors < facts.instructors
    return Readiness(
        facts,
        {
            Criterion.AGREEMENT: None if standing.agreement else Lack.AGREEMENT,
            Criterion.SPACE: _lack_of_space(standing),
            Criterion.MODULE: Lack.MODULE if unfit else None,
            Criterion.INSTRUCTORS: Lack.INSTRUCTORS if few else None,
            Criterion.SEATS: None if facts.confirmed >= needed else Lack.SEATS,
            Criterion.OPERATOR: None if facts.operator_seen else Lack.OPERATOR,
        },
    )


def _lack_of_space(standing: ClassStanding) -> Lack | None:
    if not standing.facility_active:
        return Lack.FACILITY
    if standing.space is None:
        return Lack.NO_SPACE
    return Lack.HELD if standing.space is ClassHold.HELD else None


@dataclass(frozen=True, slots=True)
class Tally:
    """How many classes there are, how many are ready, and how many meet each criterion."""

    classes: int
    ready: int
    met: Mapping[Criterion, int]

    @property
    def percent(self) -> float:
        """Which part of the classes is ready, in percent to one place; 0 of none."""
        return round(100 * self.ready / self.classes, 1) if self.classes else 0.0


def tally(judged: Iterable[Readiness]) -> Tally:
    """Count classes."""
    met: Counter[Criterion] = Counter()
    classes = ready = 0
    for each in judged:
        classes += 1
        ready += each.ready
        met.update(criterion for criterion, lack in each.lacks.items() if lack is None)
    return Tally(classes, ready, {criterion: met[criterion] for criterion in Criterion})


def tally_by_province(judged: Iterable[Readiness]) -> dict[str, Tally]:
    """Count classes by province, in the order of the codes."""
    found: dict[str, list[Readiness]] = {}
    for each in judged:
        found.setdefault(each.facts.province_code, []).append(each)
    return {code: tally(found[code]) for code in sorted(found)}
