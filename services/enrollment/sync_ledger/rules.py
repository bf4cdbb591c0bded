"""What a device may tell later, what its clock is worth, and what stands in whose way."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from shared.errors import ConflictError, InvalidError, ServiceError
from shared.i18n import Language, Text
from shared.scope import Permission

# A network is slow: what a clock is off by less than this is not put right.
_TOLERANCE: Final = timedelta(minutes=2)
# Two devices tell of one start by two clocks.
_SAME_START: Final = timedelta(minutes=5)
MOST_CHANGES: Final = 100
KEPT_FOR: Final = timedelta(days=90)


class Verdict(StrEnum):
    """What became of a change; a duplicate carries the verdict that it got before."""

    APPLIED = "APPLIED"
    DUPLICATE = "DUPLICATE"
    CONFLICT = "CONFLICT"
    REFUSED = "REFUSED"


FAILED: Final = (Verdict.CONFLICT, Verdict.REFUSED)


class ChangeKind(StrEnum):
    """What a device may have done without a network."""

    PARTICIPANT_REGISTER = "participant.register"
    APPLICATION_SAVE = "application.save"
    APPLICATION_SUBMIT = "application.submit"
    OPENING_REPORT = "opening.report"
    ATTENDANCE_RECORD = "attendance.record"
    ENROLLMENT_COMPLETE = "enrollment.complete"
    ENROLLMENT_DROP_OUT = "enrollment.drop_out"
    ASSESSMENT_RECORD = "assessment.record"


PERMISSIONS: Final = {
    ChangeKind.PARTICIPANT_REGISTER: Permission.PARTICIPANTS_WRITE,
    ChangeKind.APPLICATION_SAVE: Permission.APPLICATIONS_WRITE,
    ChangeKind.APPLICATION_SUBMIT: Permission.APPLICATIONS_WRITE,
    ChangeKind.OPENING_REPORT: Permission.CLASSES_RUN,
    ChangeKind.ATTENDANCE_RECORD: Permission.CLASSES_RUN,
    ChangeKind.ENROLLMENT_COMPLETE: Permission.CLASSES_RUN,
    ChangeKind.ENROLLMENT_DROP_OUT: Permission.CLASSES_RUN,
    ChangeKind.ASSESSMENT_RECORD: Permission.CLASSES_RUN,
}


class ChangeKindUnknownError(InvalidError):
    """Nothing of this kind can be told later."""

    code = "change-kind-unknown"
    title = Text("Jenis perubahan ini tidak dikenal.", "There is no such kind of change.")


class ChangeReusedError(InvalidError):
    """The id of the change belongs to another change of the device."""

    code = "change-id-reused"
    title = Text(
        "Id perubahan ini sudah dipakai untuk perubahan lain.",
        "The id has been used for another change.",
    )


class ChangeInFlightError(ConflictError):
    """The same change is being judged at this moment, by another connection."""

    code = "change-in-flight"
    title = Text("Perubahan ini sedang diproses.", "This change is being judged.")


class DependencyFailedError(ConflictError):
    """A change that this one builds upon was refused, or met another one."""

    code = "dependency-failed"
    title = Text(
        "Perubahan sebelumnya yang menjadi dasarnya tidak diterima.",
        "An earlier change that this one builds upon was not applied.",
    )


class DependencyMissingError(ConflictError):
    """A change that this one builds upon has not come yet."""

    code = "dependency-missing"
    title = Text(
        "Perubahan yang menjadi dasarnya belum diterima; kirim lagi sesudahnya.",
        "The change that this one builds upon has not come; send it again after that.",
    )


class BaseUnknownError(ConflictError):
    """The change names a version that is yet to be: what makes it has not come."""

    code = "base-version-unknown"
    title = Text("Versi dasar ini belum ada.", "There is no such version yet.")


# What another try of the very same change may get past: nothing of it is kept.
PASSING: Final = (ChangeInFlightError, DependencyMissingError, BaseUnknownError)


def measured_skew(sent_at: datetime, *, now: datetime) -> timedelta:
    """Return by how much a device's clock is ahead of ours, the way of the request left out."""
    return sent_at - now


def server_time(at: datetime, *, skew: timedelta, now: datetime) -> datetime:
    """Return a moment of a device's clock by ours, not later than `now`.

    A clock that is off by less than two minutes is left as it is.
    """
    return min(now, at - skew if abs(skew) >= _TOLERANCE else at)


def same_start(one: datetime, other: datetime) -> bool:
    """Tell whether two devices speak of one start."""
    return abs(one - other) <= _SAME_START


def milliseconds(skew: timedelta) -> int:
    """Return a skew in milliseconds, not further off than a column can hold."""
    most = (1 << 31) - 1
    return max(-most, min(most, round(skew.total_seconds() * 1000)))


def problem_of(error: ServiceError) -> dict[str, Any]:
    """Return a refusal as it is kept: every sentence in both languages, and no value sent.

    Names of members that a device made up may hold a NUL, which nothing can keep.
    """
    problem: dict[str, Any] = {
        "code": error.code,
        "status": error.status.value,
        "title": _kept(error.title),
        "detail": _kept(error.detail),
        **{name: _kept(value) for name, value in error.extra.items()},
    }
    if error.pointer is not None:
        fault = {"in": "body", "pointer": error.pointer, "code": error.code}
        problem["errors"] = [{**fault, "detail": _kept(error.detail)}]
    return problem


def _kept(value: object) -> Any:  # noqa: ANN401 - JSON
    if isinstance(value, Text):
        return {"id": value.id, "en": value.en}
    if isinstance(value, Mapping):
        return {str(name): _kept(member) for name, member in value.items()}
    if isinstance(value, list | tuple):
        return [_kept(member) for member in value]
    if value is None or isinstance(value, int | float):
        return value
    return str(value).replace("\x00", "\N{REPLACEMENT CHARACTER}")


def told(kept: object, language: Language) -> Any:  # noqa: ANN401 - JSON
    """Return what was kept of a refusal in one language."""
    if isinstance(kept, Mapping):
        if kept.keys() == {"id", "en"}:
            return kept[language]
        return {name: told(member, language) for name, member in kept.items()}
    return [told(member, language) for member in kept] if isinstance(kept, list) else kept
