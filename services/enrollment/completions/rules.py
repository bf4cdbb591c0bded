"""When somebody has passed a training, stated without a database."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID

from services.enrollment.assessments.rules import Learning
from shared.errors import InvalidError
from shared.i18n import Text
from shared.schemas.enrollment import EnrollmentState


class Outcome(StrEnum):
    """What the programme's rule says; UNDECIDED is missing something."""

    PASSED = "PASSED"
    NOT_PASSED = "NOT_PASSED"
    UNDECIDED = "UNDECIDED"


class Ending(StrEnum):
    """How a training ends for somebody."""

    COMPLETED = "COMPLETED"
    DROPPED_OUT = "DROPPED_OUT"


class Why(StrEnum):
    """Why somebody has not passed, or not yet."""

    ATTENDANCE_LOW = "attendance-too-low"
    ATTENDANCE_UNKNOWN = "attendance-unknown"
    SCORE_LOW = "post-score-too-low"
    SCORE_MISSING = "post-score-missing"
    NOT_COMPETENT = "unit-not-competent"
    UNITS_MISSING = "unit-not-judged"


_MISSING: Final = frozenset({Why.ATTENDANCE_UNKNOWN, Why.SCORE_MISSING, Why.UNITS_MISSING})
FOLLOWS: Final[Mapping[Outcome, Ending]] = {
    Outcome.PASSED: Ending.COMPLETED,
    Outcome.NOT_PASSED: Ending.DROPPED_OUT,
}
STATE_OF: Final[Mapping[Ending, EnrollmentState]] = {
    Ending.COMPLETED: EnrollmentState.COMPLETED,
    Ending.DROPPED_OUT: EnrollmentState.DROPPED_OUT,
}


class CompletionUndecidedError(InvalidError):
    """Of some people something is missing that the rule asks for, and no exception names them."""

    code = "completion-undecided"
    title = Text(
        "Sebagian peserta belum dapat dinilai; lengkapi atau putuskan dengan alasan.",
        "Some people cannot be judged yet; complete what is missing, or decide with a reason.",
    )


@dataclass(frozen=True, slots=True)
class CompletionRule:
    """What a programme asks beside attendance; no `min_post_score` asks for no test."""

    min_attendance_percent: int
    late_minutes: int
    min_post_score: int | None
    all_units_required: bool


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the rule says of one person, and why not PASSED."""

    outcome: Outcome
    reasons: tuple[Why, ...]


def judge(
    rule: CompletionRule,
    *,
    attended: bool | None,
    learning: Learning,
    taught: Collection[str] | None,
) -> Judgement:
    """Return what the rule says of somebody.

    `attended` is whether the share of sessions is enough, None while none counts; `taught` are the
    units of the module, None while nobody has asked the registry for them.
    """
    reasons = [
        why
        for why in (
            _by_attendance(rule, attended),
            _by_score(rule, learning),
            _by_units(rule, learning, taught),
        )
        if why is not None
    ]
    if not reasons:
        return Judgement(Outcome.PASSED, ())
    failed = not _MISSING.issuperset(reasons)
    return Judgement(Outcome.NOT_PASSED if failed else Outcome.UNDECIDED, tuple(reasons))


def _by_attendance(rule: CompletionRule, attended: bool | None) -> Why | None:  # noqa: FBT001 - a fact
    if rule.min_attendance_percent == 0:
        return None
    if attended is None:
        return Why.ATTENDANCE_UNKNOWN
    return None if attended else Why.ATTENDANCE_LOW


def _by_score(rule: CompletionRule, learning: Learning) -> Why | None:
    if rule.min_post_score is None:
        return None
    if learning.best_score is None:
        return Why.SCORE_MISSING
    return Why.SCORE_LOW if learning.best_score < rule.min_post_score else None


def _by_units(
    rule: CompletionRule, learning: Learning, taught: Collection[str] | None
) -> Why | None:
    if not rule.all_units_required:
        return None
    if taught is None or not learning.judged >= set(taught):
        return Why.UNITS_MISSING
    return None if learning.competent >= set(taught) else Why.NOT_COMPETENT


@dataclass(frozen=True, slots=True)
class Decision:
    """How a training ends for somebody; `reason` says why it is not what the judgement says."""

    judgement: Judgement
    ending: Ending
    reason: str | None

    @property
    def followed(self) -> bool:
        """Whether it is what the judgement says."""
        return FOLLOWS.get(self.judgement.outcome) is self.ending


def decide(
    judgements: Mapping[UUID, Judgement], exceptions: Mapping[UUID, tuple[Ending, str]]
) -> dict[UUID, Decision]:
    """Return how the training ends for each person: as judged, but for the exceptions.

    Raises:
        CompletionUndecidedError: when somebody is undecided whom no exception names.
    """
    undecided = undecided_of(judgements, named=exceptions)
    if undecided:
        raise CompletionUndecidedError(
            Text(
                f"{len(undecided)} peserta belum dapat dinilai.",
                f"{len(undecided)} cannot be judged yet.",
            ),
            extra={"enrollment_ids": [str(each) for each in undecided]},
        )
    decided = {}
    for person, judgement in judgements.items():
        ending, reason = exceptions.get(person) or (FOLLOWS[judgement.outcome], None)
        decided[person] = Decision(judgement, ending, reason)
    return decided


def undecided_of(
    judgements: Mapping[UUID, Judgement], *, named: Collection[UUID]
) -> Sequence[UUID]:
    """Return who is undecided and not named."""
    return [
        person
        for person, judgement in judgements.items()
        if judgement.outcome is Outcome.UNDECIDED and person not in named
    ]
