"""When a roll call is taken, by whom it is corrected, and how a name is shown on it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from shared.errors import ConflictError, InvalidError, NotFoundError
from shared.i18n import Text
from shared.schemas.enrollment import ClassState, EnrollmentState

# A roll may be called while people are still coming in.
_EARLIEST: Final = timedelta(hours=1)
_ENDED: Final = frozenset({EnrollmentState.COMPLETED, EnrollmentState.DROPPED_OUT})
SEATED: Final = _ENDED | {EnrollmentState.SEATED}
# Of a name at most half of the first word is shown, and of that at most so many letters.
_SHOWN: Final = 3


class SessionUnknownError(NotFoundError):
    """The class has no session of this number."""

    code = "session-unknown"
    title = Text("Sesi tidak ada di jadwal kelas.", "The class has no such session.")


class SheetUnknownError(NotFoundError):
    """The roll of the session has not been called, or the class lies outside the scope."""

    code = "attendance-unknown"
    title = Text("Presensi sesi ini belum dilaporkan.", "The roll of this session is not reported.")


class SessionNotStartedError(ConflictError):
    """The session has not begun."""

    code = "session-not-started"
    title = Text("Sesi belum dimulai.", "The session has not begun.")


class AttendanceClosedError(ConflictError):
    """The class has not opened, or it has ended and the caller may not correct that."""

    code = "class-not-running"
    title = Text("Kelas belum dibuka atau sudah selesai.", "The class has not opened or has ended.")


class AttendanceTakenError(ConflictError):
    """The roll of this session has been called; whoever corrects it names the version he read."""

    code = "attendance-taken"
    title = Text(
        "Presensi sesi ini sudah dilaporkan; kirim koreksi dengan If-Match.",
        "The roll of this session is reported; send a correction with If-Match.",
    )


class AttendanceLockedError(ConflictError):
    """The period in which the centre itself reports and corrects is over."""

    code = "attendance-locked"
    title = Text(
        "Presensi sesi ini sudah terkunci; hanya dinas yang dapat mengoreksi, dengan alasan.",
        "The attendance of this session is locked; only an office corrects it, with a reason.",
    )


class ReasonMissingError(InvalidError):
    """A sheet that is locked is not corrected without saying why."""

    code = "reason-missing"
    title = Text("Alasan koreksi wajib diisi.", "Say why the locked attendance is corrected.")


class TakenAtError(InvalidError):
    """The roll cannot have been called then."""

    code = "taken-at-implausible"
    title = Text(
        "Waktu presensi di masa depan atau sebelum sesi.",
        "The roll was called in the future, or before the session.",
    )


@dataclass(frozen=True, slots=True)
class SessionTime:
    """When a session takes place, and when its attendance is locked."""

    starts_at: datetime
    ends_at: datetime
    lock_days: int

    @property
    def locked_at(self) -> datetime:
        """The moment from which only an office may report or correct."""
        return self.ends_at + timedelta(days=self.lock_days)


def check_may_record(
    state: ClassState, at: SessionTime, *, office: bool, reason: str | None, now: datetime
) -> None:
    """Refuse a roll call of a class that does not run, of a session to come, or that is locked.

    An office corrects with a reason what is locked, also after the class has been completed.

    Raises:
        AttendanceClosedError: when the class has not opened, was called off, or has ended.
        SessionNotStartedError: when the hour of the session has not come.
        AttendanceLockedError: when it is locked and the caller is no office.
        ReasonMissingError: when it is locked and the office does not say why.
    """
    late_office = state is ClassState.COMPLETED and office and reason is not None
    if state is not ClassState.OPENED and not late_office:
        raise AttendanceClosedError(
            Text(f"Status kelas {state}, bukan OPENED.", f"The class is {state}, not OPENED."),
            extra={"present": state.value, "allowed": [ClassState.OPENED.value]},
        )
    if now < at.starts_at:
        raise SessionNotStartedError
    if now < at.locked_at:
        return
    if not office:
        raise AttendanceLockedError(extra={"locked_at": at.locked_at.isoformat()})
    if reason is None:
        raise ReasonMissingError(pointer="/reason")


def check_taken_at(taken_at: datetime, *, starts_at: datetime, now: datetime) -> None:
    """Refuse a roll that was called in the future, or long before its session.

    Raises:
        TakenAtError: when it was.
    """
    if not starts_at - _EARLIEST <= taken_at <= now:
        raise TakenAtError(pointer="/taken_at")


def state_then(
    state: EnrollmentState, *, decided_at: datetime | None, starts_at: datetime
) -> EnrollmentState:
    """Return what counts at a session: who left later still held his seat when it began."""
    if state in _ENDED and decided_at is not None and starts_at < decided_at:
        return EnrollmentState.SEATED
    return state


def masked_name(name: str) -> str:
    """Return a name that a roll can be called by: Siti Rahayu Ningsih is `Si*** R. N.`.

    Of the first word at most half is shown, three letters at most; of the others the initials.
    """
    first, *others = name.split() or [""]
    shown = first[: max(1, min(_SHOWN, len(first) // 2))]
    return " ".join([f"{shown}***", *(f"{word[0]}." for word in others)])
