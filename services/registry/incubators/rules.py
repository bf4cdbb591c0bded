"""The life of an incubator and of its tenants.

Source: Permenkop UKM 3/2021: pre-incubation, incubation, post-incubation.
"""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Final

from shared.errors import ConflictError, InvalidError, NotFoundError
from shared.i18n import Text


class IncubatorState(StrEnum):
    """The life of a designation."""

    ACTIVE = "ACTIVE"
    SUSPENDED = "SUSPENDED"
    ENDED = "ENDED"


class PersonRole(StrEnum):
    """What somebody does in an incubator."""

    MANAGER = "MANAGER"
    MENTOR = "MENTOR"


class TenantStage(StrEnum):
    """The stages of incubation, in their order."""

    PRE_INCUBATION = "PRE_INCUBATION"
    INCUBATION = "INCUBATION"
    POST_INCUBATION = "POST_INCUBATION"


class TenantStatus(StrEnum):
    """Whether a tenant is in the incubator."""

    IN = "IN"
    GRADUATED = "GRADUATED"
    LEFT = "LEFT"


class GraduationResult(StrEnum):
    """What became of a business by its graduation."""

    BUSINESS_STARTED = "BUSINESS_STARTED"
    SELF_RELIANT = "SELF_RELIANT"
    SIZE_CLASS_UP = "SIZE_CLASS_UP"
    FINANCED = "FINANCED"


class IncubatorNotFoundError(NotFoundError):
    """There is no incubator of this id."""

    code = "incubator-not-found"
    title = Text("Inkubator tidak ditemukan.", "There is no such incubator.")


class IncubatorIdTakenError(ConflictError):
    """The id that the caller chose is in use."""

    code = "incubator-id-taken"
    title = Text("Id inkubator sudah dipakai.", "An incubator has this id.")


class IncubatorOverlapError(ConflictError):
    """The facility is designated already on some of these days."""

    code = "incubator-overlap"
    title = Text(
        "Balai sudah ditetapkan sebagai inkubator pada masa ini.",
        "The facility is an incubator already on some of these days.",
    )


class IncubatorPeriodInvalidError(InvalidError):
    """The designation ends before it begins."""

    code = "incubator-period-invalid"
    title = Text(
        "Masa penetapan berakhir sebelum dimulai.", "The designation ends before it begins."
    )


class IncubatorStateRefusedError(ConflictError):
    """The incubator's present state does not allow this."""

    code = "incubator-state-refused"
    title = Text(
        "Keadaan inkubator saat ini tidak mengizinkan ini.",
        "The incubator's present state does not allow this.",
    )


class IncubatorNotInForceError(ConflictError):
    """The designation does not hold on the day."""

    code = "incubator-not-in-force"
    title = Text(
        "Penetapan inkubator tidak berlaku pada hari itu.",
        "The designation does not hold on that day.",
    )


class EndDayInvalidError(InvalidError):
    """A designation ends on one of its own days that has come."""

    code = "incubator-end-day-invalid"
    title = Text(
        "Tanggal berakhir harus dalam masa penetapan dan sudah tiba.",
        "The day lies outside the designation or has not come.",
    )


class IncubatorFullError(ConflictError):
    """Every place is taken."""

    code = "incubator-full"
    title = Text("Daya tampung inkubator sudah penuh.", "Every place of the incubator is taken.")


class PersonUnclearError(InvalidError):
    """A person is named, or an instructor by his id: one of the two."""

    code = "incubator-person-unclear"
    title = Text(
        "Sebutkan nama atau id instruktur, salah satu.",
        "Give a name, or an instructor's id: one of the two.",
    )


class PersonNotFoundError(NotFoundError):
    """The incubator has nobody of this id within the caller's scope."""

    code = "incubator-person-not-found"
    title = Text("Orang tidak ditemukan.", "There is no such person.")


class PersonReleasedError(ConflictError):
    """He has left already."""

    code = "incubator-person-released"
    title = Text("Orang ini sudah tidak bertugas.", "This person has left already.")


class ManagerNamedError(ConflictError):
    """The incubator has a manager, who has to leave first."""

    code = "incubator-manager-named"
    title = Text("Inkubator sudah mempunyai pengelola.", "The incubator has a manager.")


class InstructorUnknownError(InvalidError):
    """The registry has no instructor of this id."""

    code = "instructor-unknown"
    title = Text("Instruktur tidak dikenal.", "The instructor is not known.")


class TenantNotFoundError(NotFoundError):
    """The incubator has no tenant of this id within the caller's scope."""

    code = "tenant-not-found"
    title = Text("Tenan tidak ditemukan.", "There is no such tenant.")


class TenantIdTakenError(ConflictError):
    """The id that the caller chose is in use."""

    code = "tenant-id-taken"
    title = Text("Id tenan sudah dipakai.", "A tenant has this id.")


class TenantInsideError(ConflictError):
    """The participant or the business is in the incubator already."""

    code = "tenant-inside"
    title = Text("Tenan ini sudah berada di inkubator.", "This tenant is in the incubator already.")


class TenantUnclearError(InvalidError):
    """A tenant is a participant, a business, or both."""

    code = "tenant-unclear"
    title = Text(
        "Sebutkan peserta atau rujukan usaha.", "Name a participant or the reference of a business."
    )


class TenantStatusRefusedError(ConflictError):
    """The tenant's stage or status does not allow this."""

    code = "tenant-status-refused"
    title = Text(
        "Tahap atau status tenan tidak mengizinkan ini.",
        "The tenant's stage or status does not allow this.",
    )


class DayInvalidError(InvalidError):
    """The day has not come, or lies before the one on which it all began."""

    code = "incubation-day-invalid"
    title = Text(
        "Tanggal belum tiba atau mendahului tanggal mulai.",
        "The day has not come, or lies before the beginning.",
    )


_I = IncubatorState
_NEXT_STATE: Final[Mapping[IncubatorState, frozenset[IncubatorState]]] = {
    _I.ACTIVE: frozenset({_I.SUSPENDED, _I.ENDED}),
    _I.SUSPENDED: frozenset({_I.ACTIVE, _I.ENDED}),
    _I.ENDED: frozenset(),
}
_STAGES: Final = tuple(TenantStage)


def check_period(*, valid_from: date, valid_to: date) -> None:
    """Refuse a designation that ends before it begins; `valid_to` is the last day.

    Raises:
        IncubatorPeriodInvalidError
    """
    if valid_to < valid_from:
        raise IncubatorPeriodInvalidError(pointer="/valid_to")


def _refused(
    error: type[ConflictError], *, present: str, allowed: frozenset[str] | tuple[str, ...]
) -> ConflictError:
    names = sorted(str(each) for each in allowed)
    told = ", ".join(names)
    return error(
        Text(
            f"Sekarang {present}; yang boleh: {told or 'tidak ada'}.",
            f"It is {present}; allowed: {told or 'nothing'}.",
        ),
        extra={"present": str(present), "allowed": names},
    )


def check_state_change(*, present: IncubatorState, wanted: IncubatorState) -> None:
    """Refuse a change of state that the life of an incubator does not know.

    ACTIVE <> SUSPENDED > ENDED.

    Raises:
        IncubatorStateRefusedError: with the present state and those that may follow it.
    """
    if wanted not in _NEXT_STATE[present]:
        raise _refused(IncubatorStateRefusedError, present=present, allowed=_NEXT_STATE[present])


def check_unended(present: IncubatorState) -> None:
    """Refuse any change of what has ended.

    Raises:
        IncubatorStateRefusedError
    """
    if present is _I.ENDED:
        raise _refused(IncubatorStateRefusedError, present=present, allowed=())


def check_joining(
    state: IncubatorState, *, joined_on: date, valid_from: date, valid_to: date, today: date
) -> None:
    """Refuse a tenant to whom the incubator is not open.

    Raises:
        IncubatorStateRefusedError: when it is not ACTIVE.
        DayInvalidError: when the day has not come.
        IncubatorNotInForceError: when the designation does not hold that day.
    """
    if state is not _I.ACTIVE:
        raise _refused(
            IncubatorStateRefusedError, present=state, allowed=_NEXT_STATE[state] - {_I.ENDED}
        )
    if joined_on > today:
        raise DayInvalidError(pointer="/joined_on")
    if not valid_from <= joined_on <= valid_to:
        raise IncubatorNotInForceError


def check_end(ended_on: date, *, valid_from: date, valid_to: date, today: date) -> None:
    """Refuse to end a designation outside of it, or on a day that has not come.

    Raises:
        EndDayInvalidError
    """
    if ended_on > today or not valid_from <= ended_on <= valid_to:
        raise EndDayInvalidError(pointer="/ended_on")


def check_room(*, taken: int, capacity: int) -> None:
    """Refuse a tenant more than the incubator has places for, or places fewer than its tenants.

    Raises:
        IncubatorFullError: with both numbers.
    """
    if taken > capacity:
        raise IncubatorFullError(extra={"capacity": capacity, "tenants": taken})


def check_day(day: date, *, since: date, today: date, pointer: str) -> None:
    """Refuse a day that has not come or lies before `since`.

    Raises:
        DayInvalidError
    """
    if day > today or day < since:
        raise DayInvalidError(pointer=pointer)


def check_advance(status: TenantStatus, *, present: TenantStage, wanted: TenantStage) -> None:
    """Refuse any stage but the one that follows; who is out has no stage before him.

    Raises:
        TenantStatusRefusedError: with the present stage or status, and what is allowed.
    """
    check_inside(status)
    following = _STAGES[_STAGES.index(present) + 1 :][:1]
    if wanted not in following:
        raise _refused(TenantStatusRefusedError, present=present, allowed=following)


def check_inside(status: TenantStatus) -> None:
    """Refuse any change of a tenant who has graduated or left.

    Raises:
        TenantStatusRefusedError
    """
    if status is not TenantStatus.IN:
        raise _refused(TenantStatusRefusedError, present=status, allowed=())


def check_graduation(status: TenantStatus, *, stage: TenantStage) -> None:
    """Refuse the graduation of a tenant who was never incubated.

    Raises:
        TenantStatusRefusedError
    """
    check_inside(status)
    if stage is TenantStage.PRE_INCUBATION:
        raise _refused(TenantStatusRefusedError, present=stage, allowed=(TenantStage.INCUBATION,))
