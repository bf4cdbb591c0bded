"""The life of an enrollment and who is promoted when, stated without a database."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from services.enrollment.programs.rules import REFUSAL_TEXT, Refusal
from shared.errors import (
    BadRequestError,
    ConflictError,
    HiddenError,
    InvalidError,
    NotFoundError,
    UnavailableError,
)
from shared.i18n import Text
from shared.schemas.enrollment import ClassState, EnrollmentState, Presence

_ALLOWED: Final = {
    EnrollmentState.WAITLISTED: {
        EnrollmentState.SEATED,
        EnrollmentState.CANCELLED,
        EnrollmentState.NOT_PLACED,
    },
    EnrollmentState.SEATED: {
        EnrollmentState.CANCELLED,
        EnrollmentState.COMPLETED,
        EnrollmentState.DROPPED_OUT,
    },
    EnrollmentState.CANCELLED: set[EnrollmentState](),
    EnrollmentState.NOT_PLACED: set[EnrollmentState](),
    EnrollmentState.COMPLETED: set[EnrollmentState](),
    EnrollmentState.DROPPED_OUT: set[EnrollmentState](),
}
_TRAINING_ENDS: Final = frozenset({EnrollmentState.COMPLETED, EnrollmentState.DROPPED_OUT})
# A class that has not reported its opening by then will hardly do so for those who wait.
SILENT_FOR: Final = timedelta(days=7)
_RUNNING: Final = frozenset({ClassState.PLANNED, ClassState.OPENED})


class WhyWaiting(StrEnum):
    """Why somebody on the waitlist has no seat."""

    NO_FREE_SEAT = "NO_FREE_SEAT"
    PROMOTION_ENDED = "PROMOTION_ENDED"


class StateUnknownError(BadRequestError):
    """The filter names a state that enrollments do not have."""

    code = "state-unknown"
    title = Text("Status tidak dikenal.", "There is no such state.")


class EnrollmentUnknownError(NotFoundError):
    """There is no such enrollment in the class."""

    code = "enrollment-unknown"
    title = Text("Kepesertaan tidak ditemukan.", "There is no such enrollment in the class.")


class ParticipantUnknownError(HiddenError):
    """There is no such participant."""

    code = "participant-unknown"
    title = Text("Peserta tidak ditemukan.", "There is no such participant.")


class WindowNotOpenError(ConflictError):
    """The class does not take applications yet."""

    code = "window-not-open"
    title = Text("Pendaftaran belum dibuka.", "Applications are not open yet.")


class WindowClosedError(ConflictError):
    """The class takes no more applications."""

    code = "window-closed"
    title = Text("Pendaftaran sudah ditutup.", "Applications have closed.")


class ClassNotOpenError(ConflictError):
    """The class has started, ended or been cancelled: nobody can join."""

    code = "class-not-open"
    title = Text(
        "Kelas sudah dimulai, selesai, atau dibatalkan.",
        "The class has started, ended or been cancelled.",
    )


class KindNotEligibleError(InvalidError):
    """The programme is not for businesses of this size."""

    code = Refusal.KIND.value
    title = REFUSAL_TEXT[Refusal.KIND]


class AgeNotEligibleError(InvalidError):
    """The age lies outside the programme's range."""

    code = Refusal.AGE.value
    title = REFUSAL_TEXT[Refusal.AGE]


class AreaNotEligibleError(InvalidError):
    """The home lies outside the programme's area."""

    code = Refusal.AREA.value
    title = REFUSAL_TEXT[Refusal.AREA]


class EnrollmentIdTakenError(ConflictError):
    """Another enrollment of the class has the id that the client chose."""

    code = "id-taken"
    title = Text("Id sudah dipakai.", "The id is in use.")


class AlreadyEnrolledError(ConflictError):
    """The person holds a place in the programme already, here or elsewhere."""

    code = "already-enrolled"
    title = Text(
        "Orang ini sudah terdaftar pada program ini.",
        "This person is enrolled in the programme already.",
    )


class ClassFullError(ConflictError):
    """All seats and all places on the waitlist are taken."""

    code = "class-full"
    title = Text(
        "Kursi dan daftar cadangan kelas ini sudah penuh.",
        "All seats and the waitlist of this class are full.",
    )


class DeskBusyError(UnavailableError):
    """More claims are waiting than can be answered soon."""

    code = "desk-busy"
    title = Text(
        "Terlalu banyak pendaftaran saat ini, coba lagi sebentar lagi.",
        "Too many people are signing up right now, try again shortly.",
    )


class EnrollmentStateError(ConflictError):
    """The enrollment cannot go from its present state to the one asked for."""

    code = "enrollment-state-refused"
    title = Text("Status kepesertaan menolak ini.", "The enrollment's state refuses this.")


class HasAttendedError(ConflictError):
    """Who was there when the class began does not cancel but drops out."""

    code = "has-attended"
    title = Text(
        "Peserta hadir saat pembukaan; catat sebagai putus pelatihan.",
        "The participant was there at the opening; record a drop-out.",
    )


class ClassNotRunningError(ConflictError):
    """The class has not opened yet, or has ended."""

    code = "class-not-running"
    title = Text("Kelas belum dibuka atau sudah selesai.", "The class has not opened or has ended.")


def states_named(names: str | None) -> list[EnrollmentState]:
    """Return the states that a comma-separated filter names; none when there is no filter.

    Raises:
        StateUnknownError: when one of them does not exist.
    """
    try:
        return [EnrollmentState(name.strip()) for name in names.split(",")] if names else []
    except ValueError as error:
        raise StateUnknownError from error


def check_state_change(*, present: EnrollmentState, wanted: EnrollmentState) -> None:
    """Refuse what the life of an enrollment does not allow.

    Raises:
        EnrollmentStateError: when `wanted` cannot follow `present`.
    """
    if wanted not in _ALLOWED[present]:
        raise EnrollmentStateError(
            Text(
                f"Kepesertaan {present} tidak dapat menjadi {wanted}.",
                f"A {present} enrollment cannot become {wanted}.",
            )
        )


def check_cancel(*, present: EnrollmentState, presence: Presence, attended: bool = False) -> None:
    """Refuse to cancel what has ended, or a training that the person has begun.

    Raises:
        EnrollmentStateError: when the enrollment is no longer SEATED or WAITLISTED.
        HasAttendedError: when the person was present at the opening, or `attended` a session.
    """
    check_state_change(present=present, wanted=EnrollmentState.CANCELLED)
    if presence is Presence.PRESENT or attended:
        raise HasAttendedError


def check_end(
    *, present: EnrollmentState, wanted: EnrollmentState, class_state: ClassState
) -> None:
    """Refuse to end a training that does not run.

    Raises:
        ClassNotRunningError: when the class has not opened, or has ended.
        EnrollmentStateError: when the enrollment holds no running seat.
    """
    if wanted in _TRAINING_ENDS and class_state is not ClassState.OPENED:
        raise ClassNotRunningError
    check_state_change(present=present, wanted=wanted)


def promotion_open(
    *, class_state: ClassState, promote_until: datetime | None, now: datetime
) -> bool:
    """Tell whether a free seat goes to the waitlist: until `promote_until`, or the opening."""
    if promote_until is None:
        return class_state is ClassState.PLANNED
    return class_state in _RUNNING and now < promote_until


def waitlist_over(
    *, class_state: ClassState, promote_until: datetime | None, starts_at: datetime, now: datetime
) -> bool:
    """Tell whether who still waits is told that he got no seat, so that he can go elsewhere.

    That is so from `promote_until` on; where promotion ends with the opening, once a class has
    been silent for `SILENT_FOR` after its hour.
    """
    if promote_until is None:
        return class_state is ClassState.PLANNED and now >= starts_at + SILENT_FOR
    return now >= promote_until


def seats_to_promote(*, capacity: int, taken: int, waiting: int) -> int:
    """Return how many of the waiting get a seat now."""
    return max(0, min(capacity - taken, waiting))


def why_waiting(
    *, class_state: ClassState, promote_until: datetime | None, now: datetime
) -> WhyWaiting:
    """Return why somebody still waits; a seat that is free goes to the first in line at once."""
    if promotion_open(class_state=class_state, promote_until=promote_until, now=now):
        return WhyWaiting.NO_FREE_SEAT
    return WhyWaiting.PROMOTION_ENDED
