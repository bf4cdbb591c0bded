"""How far a promise has come, stated without a database, and what is refused of one."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from services.reporting.indicators.rules import Dimension
from services.reporting.reports.rules import SMALL
from shared.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from shared.i18n import Text

WINDOW_DAYS: Final = 28
# Who is absorbed is counted once: at the first follow-up.
FIRST_HORIZON: Final = 3
# A projection further away than this names no day.
_FARTHEST_DAYS: Final = 100 * 365


class TargetMode(StrEnum):
    """Whether a number is reached in all, or comes on top of what was there."""

    TOTAL = "TOTAL"
    ADDITIONAL = "ADDITIONAL"


class TargetOrigin(StrEnum):
    """Who stated a target: somebody here, an agreement, or a partner who is to hire graduates."""

    STATED = "STATED"
    AGREEMENT = "AGREEMENT"
    HIRING = "HIRING"


class Projection(StrEnum):
    """What the pace says of a target: on which day it is reached, or why none is named.

    BEYOND is more than a century away.
    """

    REACHED = "REACHED"
    MOVING = "MOVING"
    NOT_MOVING = "NOT_MOVING"
    BEYOND = "BEYOND"


class TargetNotFoundError(NotFoundError):
    """There is no such target, or the caller may not know of it."""

    code = "target-unknown"
    title = Text("Sasaran tidak ditemukan.", "There is no such target.")


class TargetCodeTakenError(ConflictError):
    """Another target has the code."""

    code = "target-code-taken"
    title = Text("Kode sasaran sudah dipakai.", "Another target has this code.")


class TargetIdTakenError(ConflictError):
    """Another target has the id."""

    code = "target-id-taken"
    title = Text("Id sasaran sudah dipakai.", "Another target has this id.")


class TargetOfRegistryError(ConflictError):
    """The target stands in an agreement or a facility's role, and is changed there."""

    code = "target-of-registry"
    title = Text(
        "Sasaran ini berasal dari perjanjian atau komitmen; ubah di registri.",
        "This target stands in an agreement or a commitment; it is changed in the registry.",
    )


class TargetWithdrawnError(ConflictError):
    """The target was withdrawn."""

    code = "target-withdrawn"
    title = Text("Sasaran sudah ditarik.", "The target was withdrawn.")


class TargetOutOfScopeError(ForbiddenError):
    """The target would lie outside the caller's area or ministry."""

    code = "target-out-of-scope"
    title = Text("Sasaran di luar wilayah Anda.", "The target lies outside your area.")


class TargetIndicatorUnknownError(InvalidError):
    """Nothing is counted under this name; `indicators` lists what is."""

    code = "target-indicator-unknown"
    title = Text("Indikator ini tidak dihitung.", "Nothing is counted under this name.")


class TargetInvalidError(InvalidError):
    """The members of a target contradict one another."""

    code = "target-invalid"
    title = Text("Isi sasaran tidak selaras.", "The members of the target disagree.")


class TargetBaselineUnknownError(InvalidError):
    """The register has no such baseline."""

    code = "target-baseline-unknown"
    title = Text("Angka acuan tidak ditemukan.", "The register has no such baseline.")


@dataclass(frozen=True, slots=True)
class Measure:
    """What a target counts: the sum `name` of the cubes, within `chosen`, at `horizon` if any.

    `people` are figures of which small ones could name somebody.
    """

    code: str
    label: Text
    name: str
    people: bool = True
    chosen: tuple[tuple[Dimension, tuple[str, ...]], ...] = ()
    horizon: int | None = None


_COMMUNITY: Final = ((Dimension.FACILITY_KIND, ("BLKK",)),)

MEASURES: Final[dict[str, Measure]] = {
    measure.code: measure
    for measure in (
        Measure("PARTICIPANTS_SEATED", Text("Peserta mendapat kursi", "Seated"), "seated"),
        Measure("PARTICIPANTS", Text("Peserta hadir pada pembukaan", "Participants"), "present"),
        Measure(
            "PARTICIPANTS_TRAINED", Text("Peserta menyelesaikan pelatihan", "Trained"), "completed"
        ),
        Measure(
            "CERTIFIED_TRAINING",
            Text("Peserta bersertifikat pelatihan", "Certified by their centre"),
            "certified_training",
        ),
        Measure(
            "CERTIFIED_COMPETENCE",
            Text("Peserta bersertifikat kompetensi", "Certified by an LSP"),
            "certified_competence",
        ),
        Measure(
            "GRADUATES_HIRED",
            Text("Lulusan bekerja (tindak lanjut pertama)", "Graduates employed (first follow-up)"),
            "absorbed",
            horizon=FIRST_HORIZON,
        ),
        Measure(
            "JOBS_CREATED",
            Text("Orang yang dipekerjakan lulusan", "People hired by graduates"),
            "people_hired",
            horizon=FIRST_HORIZON,
        ),
        Measure("INCUBATORS", Text("Inkubator bisnis", "Incubators"), "incubators", people=False),
        Measure(
            "DEVELOPMENTS_SIGNED",
            Text(
                "Lembaga dengan perjanjian pembangunan BLK Komunitas",
                "Institutions that signed to build a community centre",
            ),
            "developments_signed",
            people=False,
        ),
        Measure(
            "DEVELOPMENTS_BUILT",
            Text("BLK Komunitas yang terbangun", "Community centres built"),
            "developments_built",
            people=False,
        ),
        Measure("FACILITIES", Text("Balai aktif", "Active facilities"), "active", people=False),
        Measure(
            "COMMUNITY_CENTRES",
            Text("BLK Komunitas aktif", "Active community centres"),
            "active",
            people=False,
            chosen=_COMMUNITY,
        ),
    )
}


@dataclass(frozen=True, slots=True)
class Goal:
    """What is to be reached: `value`, perhaps up to `upper`, by `by_day` where a day is named.

    `baseline` is the level of the same figure from which an ADDITIONAL target counts; 0 for TOTAL.
    """

    value: int
    mode: TargetMode
    baseline: int = 0
    upper: int | None = None
    by_day: date | None = None


@dataclass(frozen=True, slots=True)
class Achievement:
    """How far a goal has come.

    `pace` and `pace_needed` are per day. `projected_on` is None unless `projection` is MOVING;
    `pace_needed` is None without a day, or after it.
    """

    achieved: int
    gap: int
    share: float | None
    reached: bool
    upper_gap: int | None
    pace: float
    pace_needed: float | None
    projection: Projection
    projected_on: date | None
    on_time: bool | None


def judge(
    goal: Goal, *, level: int, level_before: int, today: date, window_days: int = WINDOW_DAYS
) -> Achievement:
    """Return how far `goal` has come when its figure stands at `level` on `today`.

    `level_before` is what the figure was `window_days` ago: between the two lies the pace.
    """
    achieved = level - (goal.baseline if goal.mode is TargetMode.ADDITIONAL else 0)
    gap = max(goal.value - achieved, 0)
    moved = level - level_before
    projected = _projected(gap, moved=moved, today=today, window_days=window_days)
    return Achievement(
        achieved=achieved,
        gap=gap,
        share=round(achieved / goal.value, 6) if goal.value else None,
        reached=gap == 0,
        upper_gap=None if goal.upper is None else max(goal.upper - achieved, 0),
        pace=round(moved / window_days, 6),
        pace_needed=_pace_needed(gap, by_day=goal.by_day, today=today),
        projection=_projection(gap, projected, moved=moved),
        projected_on=projected,
        on_time=_on_time(gap, projected, by_day=goal.by_day, today=today),
    )


def _projected(gap: int, *, moved: int, today: date, window_days: int) -> date | None:
    if gap == 0 or moved <= 0:
        return None
    days = -(-gap * window_days // moved)
    return today + timedelta(days=days) if days <= _FARTHEST_DAYS else None


def _projection(gap: int, projected: date | None, *, moved: int) -> Projection:
    if gap == 0:
        return Projection.REACHED
    if projected is not None:
        return Projection.MOVING
    return Projection.BEYOND if moved > 0 else Projection.NOT_MOVING


def _pace_needed(gap: int, *, by_day: date | None, today: date) -> float | None:
    """Return what is to be added on each day from tomorrow until the last one."""
    if by_day is None:
        return None
    if gap == 0:
        return 0.0
    left = (by_day - today).days
    return round(gap / left, 6) if left > 0 else None


def _on_time(gap: int, projected: date | None, *, by_day: date | None, today: date) -> bool | None:
    if by_day is None:
        return None
    if gap == 0:
        return True
    return today < by_day and projected is not None and projected <= by_day


def is_small(*counts: int) -> bool:
    """Tell whether any of some counts is of so few people that they could be known by it."""
    return any(0 < abs(count) < SMALL for count in counts)


def check_goal(
    goal: Goal, *, baselines: int, year: int | None = None, counts_from: date | None = None
) -> None:
    """Refuse a target whose members contradict one another.

    `baselines` is how many ways of telling the baseline are used: an ADDITIONAL target needs one of
    them, a TOTAL one none.

    Raises:
        TargetInvalidError
    """
    if goal.upper is not None and goal.upper <= goal.value:
        raise TargetInvalidError(pointer="/upper_value")
    if baselines != (1 if goal.mode is TargetMode.ADDITIONAL else 0):
        raise TargetInvalidError(pointer="/baseline_id")
    by_day = goal.by_day
    if year is not None and by_day is not None and by_day.year != year:
        raise TargetInvalidError(pointer="/by_day")
    if counts_from is not None and by_day is not None and counts_from > by_day:
        raise TargetInvalidError(pointer="/counts_from")


def last_day(*, year: int | None, by_day: date | None) -> date | None:
    """Return the day by which a target is to be reached: the one named, or the year's last."""
    return by_day if by_day is not None or year is None else date(year, 12, 31)
