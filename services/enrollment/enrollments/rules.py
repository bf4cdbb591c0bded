"""The life of an enrollment and who is promoted when, stated without a database."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from services.enrollment.programs.rules import REFUSAL_TEXT, Refusal
from services.enrollment.waves.rules import SelectionMethod
from shared.errors import (
    BadRequestError,
    ConflictError,
    HiddenError,
    InvalidError,
    NotFoundError,
    UnavailableError,
)
from shared.i18n import Text
from shared.schemas.enrollment import HOLDS_SEAT, ClassState, EnrollmentState, Presence

_ALLOWED: Final = {
    EnrollmentState.WAITLISTED: {
        EnrollmentState.OFFERED,
        EnrollmentState.SEATED,
        EnrollmentState.CANCELLED,
        EnrollmentState.NOT_PLACED,
        EnrollmentState.TRANSFERRED,
    },
    EnrollmentState.OFFERED: {
        EnrollmentState.SEATED,
        EnrollmentState.DECLINED,
        EnrollmentState.EXPIRED,
        EnrollmentState.CANCELLED,
        EnrollmentState.TRANSFERRED,
    },
    EnrollmentState.SEATED: {
        EnrollmentState.CANCELLED,
        EnrollmentState.COMPLETED,
        EnrollmentState.DROPPED_OUT,
        EnrollmentState.TRANSFERRED,
    },
}
_TRAINING_ENDS: Final = frozenset({EnrollmentState.COMPLETED, EnrollmentState.DROPPED_OUT})
# A class that has not reported its opening by then will hardly do so for those who wait.
SILENT_FOR: Final = timedelta(days=7)
_RUNNING: Final = frozenset({ClassState.PLANNED, ClassState.OPENED})


class WhyWaiting(StrEnum):
    """Why somebody on the waitlist has no seat."""

    NO_FREE_SEAT = "NO_FREE_SEAT"
    PROMOTION_ENDED = "PROMOTION_ENDED"
    QUOTA = "QUOTA"
    SELECTION_PENDING = "SELECTION_PENDING"
    GUARDIAN = "GUARDIAN"


# What would change it, in words.
WHY_TEXT: Final = {
    WhyWaiting.NO_FREE_SEAT: Text(
        "Semua kursi terisi; kursi yang kosong diberikan menurut nomor tunggu.",
        "All seats are taken; one that comes free goes to the first in line.",
    ),
    WhyWaiting.PROMOTION_ENDED: Text(
        "Kursi tidak lagi diberikan kepada yang menunggu; Anda bebas mendaftar di kelas lain.",
        "No more seats go to those who wait; you are free to join another class.",
    ),
    WhyWaiting.QUOTA: Text(
        "Kuota gelombang tidak menyisakan kursi; berubah bila anggota kuota melepas kursinya "
        "atau kuota dilepas.",
        "A quota of the wave leaves no seat; that changes when one it counts gives up a seat, "
        "or when the quota is released.",
    ),
    WhyWaiting.SELECTION_PENDING: Text(
        "Kursi diberikan setelah hasil seleksi diumumkan.",
        "Seats are given when the selection is announced.",
    ),
    WhyWaiting.GUARDIAN: Text(
        "Ada kursi kosong, tetapi wali belum menyetujui; kursi diberikan setelah wali setuju.",
        "A seat is free, but no guardian has consented; it is given once one has.",
    ),
}


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


class SelectionPendingError(ConflictError):
    """The places of the class are given by a selection that has not been announced."""

    code = "selection-pending"
    title = Text(
        "Kursi kelas ini diberikan melalui seleksi yang belum diumumkan.",
        "The seats of this class are given by a selection, which has not been announced.",
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
    allowed = _ALLOWED.get(present, set())
    if wanted not in allowed:
        raise EnrollmentStateError(
            Text(
                f"Kepesertaan {present} tidak dapat menjadi {wanted}.",
                f"A {present} enrollment cannot become {wanted}.",
            ),
            extra={"present": present.value, "allowed": sorted(allowed)},
        )


def check_cancel(*, present: EnrollmentState, presence: Presence, attended: bool = False) -> None:
    """Refuse to cancel what has ended, or a training that the person has begun.

    Raises:
        EnrollmentStateError: when the enrollment is no longer SEATED, OFFERED or WAITLISTED.
        HasAttendedError: when the person was present at the opening, or `attended` a session.
    """
    check_state_change(present=present, wanted=EnrollmentState.CANCELLED)
    if presence is Presence.PRESENT or attended:
        raise HasAttendedError(
            extra={"present": "PRESENT", "allowed": [EnrollmentState.DROPPED_OUT.value]}
        )


def check_end(
    *, present: EnrollmentState, wanted: EnrollmentState, class_state: ClassState
) -> None:
    """Refuse to end a training that does not run.

    Raises:
        ClassNotRunningError: when the class has not opened, or has ended.
        EnrollmentStateError: when the enrollment holds no running seat.
    """
    if wanted in _TRAINING_ENDS and class_state is not ClassState.OPENED:
        raise ClassNotRunningError(
            extra={"present": class_state.value, "allowed": [ClassState.OPENED.value]}
        )
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
    *,
    class_state: ClassState,
    promote_until: datetime | None,
    now: datetime,
    pending: bool = False,
    blocked: bool = False,
    passed_over: bool = False,
) -> WhyWaiting:
    """Return why somebody still waits; a seat that is free goes to the first in line at once.

    `pending` tells that a selection of the class has not been announced, `blocked` that a quota
    leaves this person no seat, `passed_over` that a free seat waits for a minor's guardian.
    """
    if not promotion_open(class_state=class_state, promote_until=promote_until, now=now):
        return WhyWaiting.PROMOTION_ENDED
    if pending:
        return WhyWaiting.SELECTION_PENDING
    if blocked:
        return WhyWaiting.QUOTA
    return WhyWaiting.GUARDIAN if passed_over else WhyWaiting.NO_FREE_SEAT


def selection_pending(method: SelectionMethod, *, announced_at: datetime | None) -> bool:
    """Tell whether the places of a class wait for a selection to be announced."""
    return method is not SelectionMethod.FIRST_COME and announced_at is None


def confirm_by(
    *,
    confirm_hours: int | None,
    promote_until: datetime | None,
    starts_at: datetime,
    now: datetime,
) -> datetime | None:
    """Return until when a seat given `now` is held for a word of confirmation; None asks for none.

    No offer outlasts promotion, or the start where promotion ends with the opening: whoever is
    given a seat after that hour has no time to confirm, and need not.
    """
    if confirm_hours is None:
        return None
    last = promote_until or starts_at
    return min(now + timedelta(hours=confirm_hours), last) if now < last else None


def held_change(before: EnrollmentState | None, after: EnrollmentState) -> int:
    """Return by how many the seats taken change when an enrollment moves: -1, 0 or 1."""
    return (after in HOLDS_SEAT) - (before in HOLDS_SEAT)


def waiting_change(before: EnrollmentState | None, after: EnrollmentState) -> int:
    """Return by how many those who wait change when an enrollment moves: -1, 0 or 1."""
    waiting = EnrollmentState.WAITLISTED
    return (after is waiting) - (before is waiting)
