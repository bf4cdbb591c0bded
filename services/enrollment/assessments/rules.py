"""What is said of somebody's learning, when it may be said, and what counts in the end."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from shared.errors import ConflictError, InvalidError
from shared.i18n import Text
from shared.schemas.enrollment import ClassState

BEST_SCORE: Final = 100
_RUNNING: Final = frozenset({ClassState.OPENED})


class AssessmentsClosedError(ConflictError):
    """The class has not opened, or it has ended and the caller may not correct that."""

    code = "class-not-running"
    title = Text("Kelas belum dibuka atau sudah selesai.", "The class has not opened or has ended.")


class AssessmentsThereError(ConflictError):
    """Assessments of this class have been recorded; a correction names the version it read."""

    code = "assessments-there"
    title = Text(
        "Penilaian kelas ini sudah dicatat; kirim perubahan dengan If-Match.",
        "Assessments of this class are recorded; send changes with If-Match.",
    )


class ReasonMissingError(InvalidError):
    """What was said of a class that has ended is not corrected without saying why."""

    code = "reason-missing"
    title = Text("Alasan koreksi wajib diisi.", "Say why the assessment is corrected.")


class UnitNotTaughtError(InvalidError):
    """The module of the class has no such unit."""

    code = "unit-not-taught"
    title = Text("Modul kelas tidak memuat unit ini.", "The module of the class has no such unit.")


class RemedialTooLateError(InvalidError):
    """The remedial lies in the future."""

    code = "remedial-in-future"
    title = Text("Tanggal remedial di masa depan.", "The remedial lies in the future.")


@dataclass(frozen=True, slots=True)
class Remedial:
    """Another attempt, on a day: a score, units of competence, or both."""

    taken_on: date
    score: int | None = None
    units: Mapping[str, bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Learning:
    """What was said of one person; a unit that nobody judged is not among `units`."""

    pre_score: int | None = None
    post_score: int | None = None
    units: Mapping[str, bool] = field(default_factory=dict)
    remedials: tuple[Remedial, ...] = ()

    @property
    def best_score(self) -> int | None:
        """The best score after the training, remedials counted."""
        scores = [self.post_score, *(each.score for each in self.remedials)]
        return max((each for each in scores if each is not None), default=None)

    @property
    def competent(self) -> frozenset[str]:
        """The units that the person has shown, be it in a remedial."""
        told = [self.units, *(each.units for each in self.remedials)]
        return frozenset(code for units in told for code, yes in units.items() if yes)

    @property
    def judged(self) -> frozenset[str]:
        """The units of which anything was said."""
        return frozenset(self.units).union(*(each.units for each in self.remedials))


def learning_of(told: Mapping[str, Any]) -> Learning:
    """Return what a row or a list of what was replaced says."""
    return Learning(
        pre_score=told.get("pre_score"),
        post_score=told.get("post_score"),
        units=dict(told.get("units") or {}),
        remedials=tuple(
            Remedial(date.fromisoformat(each["taken_on"]), each["score"], each["units"])
            for each in told.get("remedials") or ()
        ),
    )


def told_of(learning: Learning) -> dict[str, Any]:
    """Return what was said as it is kept; the reverse of `learning_of`."""
    return {
        "pre_score": learning.pre_score,
        "post_score": learning.post_score,
        "units": dict(sorted(learning.units.items())),
        "remedials": [
            {
                "taken_on": each.taken_on.isoformat(),
                "score": each.score,
                "units": dict(sorted(each.units.items())),
            }
            for each in learning.remedials
        ],
    }


def check_may_assess(state: ClassState, *, office: bool, reason: str | None) -> None:
    """Refuse an assessment of a class that does not run.

    After the class has been completed an office corrects, and says why: a remedial may come late.

    Raises:
        AssessmentsClosedError: when the class has not opened, was called off, or has ended.
        ReasonMissingError: when it has ended and the office does not say why.
    """
    if state in _RUNNING:
        return
    if state is not ClassState.COMPLETED or not office:
        raise AssessmentsClosedError(
            Text(f"Status kelas {state}, bukan OPENED.", f"The class is {state}, not OPENED."),
            extra={"present": state.value, "allowed": [ClassState.OPENED.value]},
        )
    if reason is None:
        raise ReasonMissingError(pointer="/reason")


def check_units(learnings: Iterable[tuple[str, Learning]], *, taught: Collection[str]) -> None:
    """Refuse units that the module does not have; each learning comes with its pointer.

    Raises:
        UnitNotTaughtError: at the first of them.
    """
    for pointer, learning in learnings:
        if not learning.judged <= set(taught):
            raise UnitNotTaughtError(pointer=f"{pointer}/units")


def check_remedials(learnings: Iterable[tuple[str, Learning]], *, today: date) -> None:
    """Refuse a remedial that has not been yet.

    Raises:
        RemedialTooLateError: at the first of them.
    """
    for pointer, learning in learnings:
        if any(each.taken_on > today for each in learning.remedials):
            raise RemedialTooLateError(pointer=f"{pointer}/remedials")
