"""Milestones on the way to self-reliance: when they are due, and how they may change."""

import calendar
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from shared.errors import ConflictError, InvalidError, NotFoundError
from shared.i18n import Text


class MilestoneStatus(StrEnum):
    """How far a milestone is."""

    PLANNED = "PLANNED"
    IN_PROGRESS = "IN_PROGRESS"
    DONE = "DONE"
    DROPPED = "DROPPED"


class TemplateNotFoundError(NotFoundError):
    """There is no such version of the national roadmap."""

    code = "roadmap-template-not-found"
    title = Text("Versi peta jalan tidak ditemukan.", "There is no such version of the roadmap.")


class TemplateUnknownError(InvalidError):
    """The body names a version of the national roadmap that was never published."""

    code = "roadmap-template-unknown"
    title = Text("Versi peta jalan tidak dikenal.", "This version of the roadmap is not known.")


class TemplateInvalidError(InvalidError):
    """Two milestones of a version have one code."""

    code = "roadmap-template-invalid"
    title = Text("Kode tonggak harus unik.", "Each milestone has its own code.")


class TemplateVersionTakenError(ConflictError):
    """Another version was published at the same moment."""

    code = "roadmap-template-version-taken"
    title = Text(
        "Versi peta jalan lain baru saja diterbitkan; coba lagi.",
        "Another version was published just now; try again.",
    )


class RoadmapNotFoundError(NotFoundError):
    """The centre has not adopted the roadmap, or there is none of this id."""

    code = "roadmap-not-found"
    title = Text("Peta jalan tidak ditemukan.", "There is no such roadmap.")


class RoadmapIdTakenError(ConflictError):
    """The id that the caller chose is in use."""

    code = "roadmap-id-taken"
    title = Text("Id peta jalan sudah dipakai.", "A roadmap has this id.")


class RoadmapAdoptedError(ConflictError):
    """The centre follows the roadmap already: it can move to another version."""

    code = "roadmap-adopted"
    title = Text(
        "Balai sudah mempunyai peta jalan; pindahkan ke versi lain bila perlu.",
        "The centre has adopted the roadmap; it can move to another version.",
    )


class AdoptionDayInvalidError(InvalidError):
    """The day of adoption has not come."""

    code = "roadmap-adoption-day-invalid"
    title = Text("Tanggal penetapan belum tiba.", "The day of adoption has not come.")


class TemplateNotNewerError(ConflictError):
    """A centre moves to a newer version only."""

    code = "roadmap-template-not-newer"
    title = Text(
        "Balai hanya dapat pindah ke versi yang lebih baru.",
        "A centre moves to a newer version only.",
    )


class MilestoneNotFoundError(NotFoundError):
    """The roadmap has no milestone of this code."""

    code = "milestone-not-found"
    title = Text("Tonggak tidak ditemukan.", "There is no such milestone.")


class MilestoneStatusRefusedError(ConflictError):
    """The milestone cannot go from its present status to the one asked for."""

    code = "milestone-status-refused"
    title = Text(
        "Status tonggak saat ini tidak mengizinkan perubahan ini.",
        "The milestone's present status does not allow this change.",
    )


class EvidenceMissingError(InvalidError):
    """What is done is shown by evidence."""

    code = "milestone-evidence-missing"
    title = Text("Tonggak yang selesai memerlukan bukti.", "What is done needs evidence.")


class NoteMissingError(InvalidError):
    """What is dropped is dropped for a reason."""

    code = "milestone-note-missing"
    title = Text("Sebutkan alasan tonggak ditiadakan.", "Say why the milestone is dropped.")


class DoneDayInvalidError(InvalidError):
    """Only what is done has a day on which it was, and that day has come."""

    code = "milestone-done-day-invalid"
    title = Text(
        "Tanggal selesai hanya untuk tonggak yang selesai dan tidak di masa depan.",
        "Only what is done has such a day, and it has come.",
    )


_S = MilestoneStatus
_OPEN: Final = frozenset({_S.PLANNED, _S.IN_PROGRESS})
# A status may always be stated again, with other evidence or another note.
_NEXT: Final[dict[MilestoneStatus, frozenset[MilestoneStatus]]] = {
    _S.PLANNED: frozenset(_S),
    _S.IN_PROGRESS: frozenset(_S),
    _S.DONE: frozenset({_S.DONE, _S.IN_PROGRESS}),
    _S.DROPPED: frozenset({_S.DROPPED, _S.PLANNED, _S.IN_PROGRESS}),
}


def check_template(codes: Sequence[str]) -> None:
    """Refuse a version in which two milestones have one code.

    Raises:
        TemplateInvalidError
    """
    if len(set(codes)) != len(codes):
        raise TemplateInvalidError(pointer="/milestones")


def check_adoption(adopted_on: date, *, today: date) -> None:
    """Refuse an adoption on a day that has not come.

    Raises:
        AdoptionDayInvalidError
    """
    if adopted_on > today:
        raise AdoptionDayInvalidError(pointer="/adopted_on")


def check_newer(*, present: int, wanted: int) -> None:
    """Refuse a move to a version that is not newer than the present one.

    Raises:
        TemplateNotNewerError
    """
    if wanted <= present:
        raise TemplateNotNewerError(
            Text(
                f"Balai sudah mengikuti versi {present}.", f"The centre follows version {present}."
            )
        )


def due_on(adopted_on: date, months: int) -> date:
    """Return the day `months` after the adoption, or the last of its month if that is shorter."""
    years, month = divmod(adopted_on.month - 1 + months, 12)
    year = adopted_on.year + years
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(adopted_on.day, last))


def is_overdue(status: MilestoneStatus, due: date, *, today: date) -> bool:
    """Tell whether the last day of a milestone that is neither done nor dropped has passed."""
    return status in _OPEN and due < today


@dataclass(frozen=True, slots=True)
class Statement:
    """What a centre says of a milestone."""

    status: MilestoneStatus
    done_on: date | None
    has_evidence: bool
    has_note: bool


def check_statement(said: Statement, *, present: MilestoneStatus, today: date) -> None:
    """Refuse a status that cannot follow, and what is said of it without ground.

    Raises:
        MilestoneStatusRefusedError: with the present status and those that may follow it.
        EvidenceMissingError, NoteMissingError, DoneDayInvalidError
    """
    if said.status not in _NEXT[present]:
        allowed = ", ".join(sorted(_NEXT[present] - {present}))
        raise MilestoneStatusRefusedError(
            Text(
                f"Tonggak berstatus {present}; sesudahnya hanya {allowed}.",
                f"The milestone is {present}; only {allowed} may follow.",
            ),
            extra={"present": present, "allowed": sorted(_NEXT[present] - {present})},
        )
    done = said.status is _S.DONE
    if done and not said.has_evidence:
        raise EvidenceMissingError(pointer="/evidence")
    if said.status is _S.DROPPED and not said.has_note:
        raise NoteMissingError(pointer="/note")
    if said.done_on is not None and (not done or said.done_on > today):
        raise DoneDayInvalidError(pointer="/done_on")


def moved_status(present: MilestoneStatus, *, wanted: bool) -> MilestoneStatus:
    """Return a milestone's status in a newer version, which names it or not.

    What is done stays done. What the newer version leaves out is dropped, and what was dropped
    is planned again where it is asked for.
    """
    if present is _S.DONE:
        return present
    if not wanted:
        return _S.DROPPED
    return _S.PLANNED if present is _S.DROPPED else present


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a centre is; `percent` is rounded down, of the milestones that are not dropped."""

    total: int
    done: int
    dropped: int
    overdue: int
    percent: int


def progress_of(milestones: Iterable[tuple[MilestoneStatus, date]], *, today: date) -> Progress:
    """Return how far a centre is by the status of its milestones and the days they are due."""
    each = list(milestones)
    statuses = [status for status, _ in each]
    done, dropped = statuses.count(_S.DONE), statuses.count(_S.DROPPED)
    left = len(each) - dropped
    return Progress(
        total=len(each),
        done=done,
        dropped=dropped,
        overdue=sum(is_overdue(status, due, today=today) for status, due in each),
        percent=100 * done // left if left else 0,
    )
