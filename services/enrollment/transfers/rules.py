"""Who may move to which class, stated without a database."""

from datetime import datetime
from uuid import UUID

from services.enrollment.enrollments.rules import ClassNotOpenError
from shared.errors import ConflictError, InvalidError
from shared.i18n import Text
from shared.schemas.enrollment import ClassState, EnrollmentState, Presence


class SameClassError(InvalidError):
    """The person is in this class already."""

    code = "same-class"
    title = Text("Peserta sudah berada di kelas ini.", "The person is in this class already.")


class OtherProgramError(InvalidError):
    """The two classes belong to different programmes."""

    code = "other-program"
    title = Text(
        "Kelas tujuan milik program lain.", "The other class belongs to another programme."
    )


class NoFreeSeatError(ConflictError):
    """All seats of the other class are taken."""

    code = "no-free-seat"
    title = Text("Kelas tujuan sudah penuh.", "All seats of the other class are taken.")


class OthersWaitError(ConflictError):
    """Somebody waits for the seat who comes first."""

    code = "others-wait"
    title = Text(
        "Ada orang yang menunggu kursi di kelas tujuan.",
        "Others wait for a seat of that class and come first.",
    )


class RollCalledError(ConflictError):
    """The roll has been called for this person; it is too late to move."""

    code = "roll-called"
    title = Text(
        "Kehadiran orang ini sudah dicatat; kelas tidak dapat diganti lagi.",
        "The roll has been called for this person, who cannot move any more.",
    )


def check_classes(source: UUID, target: UUID, *, one_program: bool) -> None:
    """Refuse to move somebody nowhere, or into another programme.

    Raises:
        SameClassError: when it is the same class.
        OtherProgramError: when the programmes differ.
    """
    if source == target:
        raise SameClassError(pointer="/class_id")
    if not one_program:
        raise OtherProgramError(pointer="/class_id")


def check_not_called(*, presence: Presence, attended: bool) -> None:
    """Refuse to move somebody whose presence stands in a roll call of the class he leaves.

    Raises:
        RollCalledError: when it does.
    """
    if attended or presence is not Presence.UNREPORTED:
        present = Presence.PRESENT if attended else presence
        raise RollCalledError(
            extra={"present": present.value, "allowed": [Presence.UNREPORTED.value]}
        )


def check_target(*, state: ClassState, free: int, others_wait: bool, promotes: bool) -> None:
    """Refuse a class that has no seat for somebody from elsewhere.

    Raises:
        ClassNotOpenError: when it has started, ended or been cancelled.
        NoFreeSeatError: when it is full.
        OthersWaitError: when somebody who waits would get the seat.
    """
    if state is not ClassState.PLANNED:
        raise ClassNotOpenError(
            extra={"present": state.value, "allowed": [ClassState.PLANNED.value]}
        )
    if free <= 0:
        raise NoFreeSeatError
    if promotes and others_wait:
        raise OthersWaitError


def state_after(
    present: EnrollmentState, *, confirm_by: datetime | None, last: datetime | None, now: datetime
) -> tuple[EnrollmentState, datetime | None]:
    """Return in which state somebody enters the other class, and until when to confirm.

    An offer stays an offer with its deadline, but not beyond `last`, the latest of the other class;
    whoever waited for a seat, or had one, has asked for this one and is seated.
    """
    if present is not EnrollmentState.OFFERED or confirm_by is None or last is None:
        return EnrollmentState.SEATED, None
    until = min(confirm_by, last)
    return (EnrollmentState.OFFERED, until) if until > now else (EnrollmentState.SEATED, None)
