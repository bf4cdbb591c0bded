"""Which of two places and applications holds when two people are one, without a database."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from shared.errors import ConflictError, InvalidError
from shared.i18n import Text
from shared.schemas.enrollment import ApplicationState, EnrollmentState

# Why an enrollment was given up: the person has another one in the programme.
REASON: Final = "participant-merged"


class MergeMode(StrEnum):
    """Whether the merge is done, or only told."""

    VALIDATE = "validate"
    COMMIT = "commit"


class MergeWithItselfError(InvalidError):
    """Nobody can be merged with himself."""

    code = "participant-merge-itself"
    title = Text("Peserta tidak dapat digabung dengan dirinya.", "Nobody is merged with himself.")


class MergeCycleError(ConflictError):
    """The person who should stay was merged into the one who should go."""

    code = "participant-merge-cycle"
    title = Text(
        "Peserta ini sudah digabung ke peserta yang lain itu.",
        "This person was merged into that other one.",
    )


class MergeNeedsChoiceError(ConflictError):
    """Both have begun the same programme: the reviewer must say which training counts."""

    code = "merge-needs-choice"
    title = Text(
        "Keduanya sudah mengikuti program yang sama; pilih pelatihan yang berlaku.",
        "Both have begun the same programme; choose the training that counts.",
    )


class MergeBlockedError(ConflictError):
    """Both have begun something of which there is one: it has to be ended for either first."""

    code = "merge-blocked"
    title = Text(
        "Keduanya memiliki hal yang sama yang masih berjalan; akhiri salah satunya dahulu.",
        "Both have the same thing under way; end one of the two first.",
    )


class MergeChoiceRefusedError(InvalidError):
    """An enrollment that was chosen is none of those between which there is a choice."""

    code = "merge-choice-refused"
    title = Text(
        "Kepesertaan yang dipilih tidak termasuk yang dapat dipilih.",
        "An enrollment that was chosen is none that can be chosen.",
    )


def check_pair(stays: UUID, gone: UUID) -> None:
    """Refuse to merge a person with himself.

    Raises:
        MergeWithItselfError
    """
    if stays == gone:
        raise MergeWithItselfError(pointer="/other_id")


_STRENGTH: Final = {
    EnrollmentState.COMPLETED: 5,
    EnrollmentState.DROPPED_OUT: 4,
    EnrollmentState.SEATED: 3,
    EnrollmentState.OFFERED: 2,
    EnrollmentState.WAITLISTED: 1,
}
HELD: Final = frozenset(_STRENGTH)
_ENDED: Final = frozenset({EnrollmentState.COMPLETED, EnrollmentState.DROPPED_OUT})


@dataclass(frozen=True, slots=True)
class Held:
    """A place that either of the two holds; `attended` tells that the training was begun."""

    enrollment_id: UUID
    class_id: UUID
    program_id: UUID
    state: EnrollmentState
    attended: bool
    arrived_at: datetime

    @property
    def begun(self) -> bool:
        """Whether the person was there."""
        return self.attended or self.state in _ENDED

    def order(self) -> tuple[int, float, UUID]:
        """Return by what the strongest comes first; of equals, who came first."""
        strength = _STRENGTH[self.state]
        if self.begun:
            strength = max(strength, _STRENGTH[EnrollmentState.DROPPED_OUT])
        return (-strength, self.arrived_at.timestamp(), self.enrollment_id)


@dataclass(frozen=True, slots=True)
class Reconciled:
    """Of several places in one programme the one that stays; `open_choice` asks the reviewer."""

    program_id: UUID
    stays: Held
    goes: tuple[Held, ...]
    open_choice: bool


def reconcile(places: Collection[Held], chosen: Collection[UUID] = ()) -> list[Reconciled]:
    """Return which place stays in each programme in which there is more than one.

    Completed beats dropped out or attended, that beats a seat, a seat an offer, an offer a place in
    line; of equals the earlier one stays. Where the training was begun twice only a choice decides,
    and none lets a place that was not begun beat one that was.

    Raises:
        MergeChoiceRefusedError: when something is chosen between which there is no choice.
    """
    programs: dict[UUID, list[Held]] = defaultdict(list)
    for each in places:
        programs[each.program_id].append(each)
    found = [
        _reconcile(program_id, programs[program_id], set(chosen))
        for program_id in sorted(programs)
        if len(programs[program_id]) > 1
    ]
    if set(chosen) - {each.stays.enrollment_id for each in found}:
        raise MergeChoiceRefusedError(pointer="/keep_enrollments")
    return found


def _reconcile(program_id: UUID, places: list[Held], chosen: set[UUID]) -> Reconciled:
    begun = [each for each in places if each.begun]
    pool = sorted(begun or places, key=Held.order)
    picked = [each for each in pool if each.enrollment_id in chosen]
    stays = picked[0] if picked else pool[0]
    goes = tuple(sorted((each for each in places if each != stays), key=Held.order))
    return Reconciled(program_id, stays, goes, open_choice=len(begun) > 1 and not picked)


def check_chosen(reconciled: Sequence[Reconciled]) -> None:
    """Refuse to merge while a choice is open.

    Raises:
        MergeNeedsChoiceError: with the programmes and the enrollments to choose between.
    """
    pending = [each for each in reconciled if each.open_choice]
    if pending:
        raise MergeNeedsChoiceError(
            pointer="/keep_enrollments",
            extra={
                "choices": [
                    {
                        "program_id": str(each.program_id),
                        "enrollment_ids": [
                            str(place.enrollment_id)
                            for place in (each.stays, *each.goes)
                            if place.begun
                        ],
                    }
                    for each in pending
                ]
            },
        )


_APPLIED: Final = {
    ApplicationState.PLACED: 4,
    ApplicationState.RESERVE: 3,
    ApplicationState.SUBMITTED: 2,
    ApplicationState.DRAFT: 1,
}
ACTIVE: Final = frozenset(_APPLIED)


@dataclass(frozen=True, slots=True)
class Applied:
    """An active application of either of the two."""

    id: UUID
    participant_id: UUID
    wave_id: UUID
    state: ApplicationState
    enrollment_id: UUID | None
    at: datetime


def superfluous(applied: Collection[Applied], *, cancelled: Collection[UUID]) -> list[Applied]:
    """Return the applications that are withdrawn, so that there is one in each wave.

    The one whose place stays wins, then the one that came furthest, then the earlier.
    """
    waves: dict[UUID, list[Applied]] = defaultdict(list)
    for each in applied:
        waves[each.wave_id].append(each)

    def order(each: Applied) -> tuple[bool, int, float, UUID]:
        placed = each.enrollment_id is not None and each.enrollment_id not in cancelled
        return (not placed, -_APPLIED[each.state], each.at.timestamp(), each.id)

    return [each for wave in sorted(waves) for each in sorted(waves[wave], key=order)[1:]]
