"""When a class may open and end, and whose names the reports must hold, without a database."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final, NamedTuple
from uuid import UUID

from shared.errors import ConflictError, InvalidError, NotFoundError
from shared.i18n import Text
from shared.schemas.enrollment import ClassState, EnrollmentState, Presence

# A class that began more than a day before its hour is a slip of the pen, not an early start.
_EARLIEST: Final = timedelta(days=1)


class RollFault(StrEnum):
    """What is wrong with one id of a report."""

    UNKNOWN = "enrollment-unknown"
    NOT_SEATED = "not-seated"
    TWICE = "listed-twice"
    UNGUARDED = "guardian-missing"


FAULT_TEXT: Final = {
    RollFault.UNKNOWN: Text(
        "Kepesertaan ini tidak ada di kelas.", "There is no such enrollment in the class."
    ),
    RollFault.NOT_SEATED: Text(
        "Kepesertaan ini tidak memegang kursi.", "This enrollment does not hold a running seat."
    ),
    RollFault.TWICE: Text("Tercantum lebih dari sekali.", "It is listed more than once."),
    RollFault.UNGUARDED: Text(
        "Peserta di bawah 18 tahun memerlukan persetujuan wali.",
        "Somebody under 18 needs a guardian's consent.",
    ),
}


class Fault(NamedTuple):
    """Where in the report which fault is."""

    pointer: str
    fault: RollFault


class RollRefusedError(InvalidError):
    """The report lists enrollments that do not belong on it; `errors` names each."""

    code = "roll-refused"
    title = Text(
        "Ada kepesertaan yang tidak dapat dicatat.", "Some enrollments do not belong on the list."
    )


class SeatedUnlistedError(InvalidError):
    """Somebody who has a seat is neither among the completed nor among the dropped out."""

    code = "seated-unlisted"
    title = Text(
        "Semua peserta yang memegang kursi harus tercantum.",
        "Everybody who holds a seat must be listed.",
    )


class StartImplausibleError(InvalidError):
    """The class cannot have started then."""

    code = "start-implausible"
    title = Text(
        "Waktu mulai di masa depan atau jauh sebelum jadwal.",
        "The start lies in the future, or long before the hour planned.",
    )


class AlreadyOpenedError(ConflictError):
    """The class has been opened, or cannot open any more."""

    code = "class-already-opened"
    title = Text(
        "Pembukaan kelas sudah dilaporkan atau kelas sudah berakhir.",
        "The opening has been reported, or the class has ended.",
    )


class PresenceReportedError(ConflictError):
    """The roll call has said already whether they were there; a report is not corrected."""

    code = "presence-already-reported"
    title = Text(
        "Kehadiran mereka sudah dilaporkan dan tidak dapat diubah.",
        "Whether they were there has been reported and cannot be changed.",
    )


class NotOpenedError(ConflictError):
    """The class has not opened yet, or has ended already."""

    code = "class-not-running"
    title = Text("Kelas belum dibuka atau sudah selesai.", "The class has not opened or has ended.")


class OpeningUnknownError(NotFoundError):
    """The class has not reported its opening."""

    code = "opening-unknown"
    title = Text("Pembukaan kelas belum dilaporkan.", "The opening has not been reported.")


def check_start(*, started_at: datetime, starts_at: datetime, now: datetime) -> None:
    """Refuse a start in the future, or more than a day before the hour planned.

    Raises:
        StartImplausibleError: when it is one.
    """
    if not starts_at - _EARLIEST <= started_at <= now:
        raise StartImplausibleError(pointer="/started_at")


def _only(allowed: ClassState, *, present: ClassState) -> dict[str, object]:
    return {"present": present.value, "allowed": [allowed.value]}


def check_may_open(state: ClassState) -> None:
    """Refuse to open a class that has opened, ended or been cancelled.

    Raises:
        AlreadyOpenedError: when it is not planned any more.
    """
    if state is not ClassState.PLANNED:
        raise AlreadyOpenedError(extra=_only(ClassState.PLANNED, present=state))


def check_may_add(
    state: ClassState, *, started_at: datetime, reported_start: datetime, named: int
) -> None:
    """Refuse a later report of a class that has ended, of another start, or that names nobody.

    Raises:
        AlreadyOpenedError: when it is one.
    """
    if state is not ClassState.OPENED or started_at != reported_start or not named:
        raise AlreadyOpenedError(extra=_only(ClassState.OPENED, present=state))


def check_unreported(presences: Iterable[Presence]) -> None:
    """Refuse to say again whether somebody was there.

    Raises:
        PresenceReportedError: when that has been said of anybody.
    """
    reported = sum(each is not Presence.UNREPORTED for each in presences)
    if reported:
        raise PresenceReportedError(
            Text(
                f"Kehadiran {reported} peserta sudah dilaporkan.",
                f"The presence of {reported} has been reported already.",
            ),
            extra={"present": "REPORTED", "allowed": [Presence.UNREPORTED.value]},
        )


def check_may_complete(state: ClassState) -> None:
    """Refuse to end a class that does not run.

    Raises:
        NotOpenedError: when it has not opened, or has ended.
    """
    if state is not ClassState.OPENED:
        raise NotOpenedError(extra=_only(ClassState.OPENED, present=state))


def check_roll(
    lists: Mapping[str, Sequence[UUID]],
    *,
    states: Mapping[UUID, EnrollmentState],
    allowed: Mapping[str, Collection[EnrollmentState]],
    unguarded: Mapping[str, Collection[UUID]] = MappingProxyType({}),
) -> None:
    """Refuse a report that names somebody twice, nobody's enrollment, or one without a seat.

    `lists` are the report's members by name, `states` the class's enrollments, `allowed` the
    states in which an enrollment may stand on each list, `unguarded` whom no list may seat before
    a guardian has consented.

    Raises:
        RollRefusedError: with one error for each id that is wrong.
    """
    seen: set[UUID] = set()
    faults: list[Fault] = []
    for name, ids in lists.items():
        for place, enrollment_id in enumerate(ids):
            fault = _fault(
                enrollment_id, seen=seen, state=states.get(enrollment_id), ok=allowed[name]
            )
            if fault is None and enrollment_id in unguarded.get(name, ()):
                fault = RollFault.UNGUARDED
            if fault is not None:
                faults.append(Fault(f"/{name}/{place}", fault))
            seen.add(enrollment_id)
    if faults:
        raise RollRefusedError(extra={"errors": [_described(fault) for fault in faults]})


def _fault(
    enrollment_id: UUID,
    *,
    seen: Collection[UUID],
    state: EnrollmentState | None,
    ok: Collection[EnrollmentState],
) -> RollFault | None:
    if enrollment_id in seen:
        return RollFault.TWICE
    if state is None:
        return RollFault.UNKNOWN
    return None if state in ok else RollFault.NOT_SEATED


def _described(fault: Fault) -> dict[str, str | Text]:
    return {
        "in": "body",
        "pointer": fault.pointer,
        "code": fault.fault.value,
        "detail": FAULT_TEXT[fault.fault],
    }


def check_everybody_listed(*, seated: int, listed: int) -> None:
    """Refuse a report of completion that leaves somebody's training undecided.

    Raises:
        SeatedUnlistedError: when fewer are listed than hold a running seat.
    """
    if listed < seated:
        left = seated - listed
        raise SeatedUnlistedError(
            Text(
                f"{left} peserta yang memegang kursi belum tercantum.",
                f"{left} who hold a seat are not listed.",
            )
        )
