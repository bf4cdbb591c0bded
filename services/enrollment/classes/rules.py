"""What a class may be, stated without a database."""

from datetime import date, datetime
from enum import StrEnum
from typing import Final
from uuid import UUID, uuid5

from services.enrollment.programs.rules import REFUSAL_TEXT, Refusal
from services.enrollment.waves.rules import ZONES
from shared.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from shared.i18n import Language, Text
from shared.schemas.enrollment import ClassState
from shared.schemas.registry import TimeZone
from shared.scope import Place, Scope


class Nearness(StrEnum):
    """How near a class is to the area that was asked about."""

    SAME_REGENCY = "SAME_REGENCY"
    SAME_PROVINCE = "SAME_PROVINCE"
    ELSEWHERE = "ELSEWHERE"


class ClassUnknownError(NotFoundError):
    """There is no such class."""

    code = "class-unknown"
    title = Text("Kelas tidak ditemukan.", "There is no such class.")


class ClassCodeTakenError(ConflictError):
    """Another class has the code."""

    code = "class-code-taken"
    title = Text("Kode kelas sudah dipakai.", "Another class has this code.")


class ClassIdTakenError(ConflictError):
    """Another class has the id that the client chose."""

    code = "id-taken"
    title = Text("Id sudah dipakai.", "The id is in use.")


class OutsideScopeError(ForbiddenError):
    """The class lies outside the caller's area, facilities or ministries."""

    code = "out-of-scope"
    title = Text(
        "Kelas ini berada di luar wilayah kewenangan Anda.",
        "The class lies outside your area, facilities or ministries.",
    )


class StartsOnError(InvalidError):
    """The day that was given is not the day on which the wave starts there."""

    code = "starts-on-differs"
    title = Text(
        "Tanggal mulai tidak sama dengan tanggal mulai gelombang di zona waktu kelas.",
        "The day is not the one on which the wave starts in the time zone of the class.",
    )


class CapacityAboveSpaceError(InvalidError):
    """The class would be larger than its space."""

    code = "capacity-above-space"
    title = Text("Kapasitas melebihi kapasitas ruang.", "The capacity is above that of the space.")


class CapacityBelowTakenError(ConflictError):
    """More seats are taken than would be left."""

    code = "capacity-below-taken"
    title = Text(
        "Kapasitas tidak boleh lebih kecil dari kursi yang sudah terisi.",
        "More seats are taken than this capacity has.",
    )


class ReserveBelowWaitingError(ConflictError):
    """More people wait than the waitlist would hold."""

    code = "reserve-below-waiting"
    title = Text(
        "Kapasitas cadangan tidak boleh lebih kecil dari jumlah yang menunggu.",
        "More people wait than this reserve capacity holds.",
    )


class ClassNotPlannedError(ConflictError):
    """The class has opened, ended or been cancelled: its size stands."""

    code = "class-not-planned"
    title = Text(
        "Kelas sudah dibuka, selesai, atau dibatalkan.",
        "The class has opened, ended or been cancelled.",
    )


# Names the classes whose ids follow from their codes; never to be changed.
_CODES: Final = UUID("6f1d3c1e-5b0a-4a53-9d0e-2a8f6b7c4d21")
_CHANGEABLE: Final = frozenset({ClassState.PLANNED})


def id_of_code(code: str) -> UUID:
    """Return the id of a class for which nobody has chosen one.

    It follows from the code, so that a class that is planned again, because nobody knows whether it
    was, asks the registry for the same reservation and not for a second one.
    """
    return uuid5(_CODES, code)


def local_day(starts_at: datetime, *, zone: TimeZone) -> date:
    """Return the day on which a class starts by the clocks of its place."""
    return starts_at.astimezone(ZONES[zone]).date()


def check_starts_on(*, starts_at: datetime, zone: TimeZone, starts_on: date) -> None:
    """Refuse a day that is not the local day of the start.

    Raises:
        StartsOnError: when the wave starts on another day in `zone`.
    """
    day = local_day(starts_at, zone=zone)
    if day != starts_on:
        raise StartsOnError(
            Text(
                f"Gelombang dimulai pada {day} {zone} di tempat kelas ini.",
                f"The wave starts on {day} {zone} where this class is.",
            ),
            pointer="/starts_on",
        )


def check_size(*, capacity: int, space_capacity: int) -> None:
    """Refuse a class that its space cannot hold.

    Raises:
        CapacityAboveSpaceError: when `capacity` is above `space_capacity`.
    """
    if capacity > space_capacity:
        raise CapacityAboveSpaceError(
            Text(
                f"Ruang ini menampung {space_capacity} orang.",
                f"The space holds {space_capacity} people.",
            ),
            pointer="/capacity",
        )


def check_resize(*, capacity: int, taken: int, reserve_capacity: int, waiting: int) -> None:
    """Refuse a size that those who have a seat or wait for one do not fit in.

    Raises:
        CapacityBelowTakenError: when more seats are taken.
        ReserveBelowWaitingError: when more people wait.
    """
    if capacity < taken:
        raise CapacityBelowTakenError(
            Text(f"{taken} kursi sudah terisi.", f"{taken} seats are taken."), pointer="/capacity"
        )
    if reserve_capacity < waiting:
        raise ReserveBelowWaitingError(
            Text(f"{waiting} orang sedang menunggu.", f"{waiting} people are waiting."),
            pointer="/reserve_capacity",
        )


def check_changeable(state: ClassState) -> None:
    """Refuse to change a class that is no longer planned.

    Raises:
        ClassNotPlannedError: when it has opened, ended or been cancelled.
    """
    if state not in _CHANGEABLE:
        raise ClassNotPlannedError(
            extra={"present": state.value, "allowed": sorted(each.value for each in _CHANGEABLE)}
        )


def promotes(*, promote_until: datetime | None, now: datetime) -> bool:
    """Tell whether somebody who joined the waitlist `now` could still get a seat."""
    return promote_until is None or now < promote_until


def free_seats(*, capacity: int, taken: int, waiting: int, promotes: bool) -> int:
    """Return how many could be seated now: none while anybody waits who would be seated first."""
    return 0 if waiting and promotes else capacity - taken


def waitlist_room(*, reserve_capacity: int, waiting: int, promotes: bool) -> int:
    """Return how many more may wait: none once nobody is promoted any more."""
    return reserve_capacity - waiting if promotes else 0


def nearness(*, near: str | None, province_code: str, regency_code: str) -> Nearness | None:
    """Return how near a class is to the area `near`, a code of any level; None without one."""
    if near is None:
        return None
    if near[:5] == regency_code:
        return Nearness.SAME_REGENCY
    return Nearness.SAME_PROVINCE if near[:2] == province_code else Nearness.ELSEWHERE


def check_within(place: Place, *, scope: Scope) -> None:
    """Refuse to write a class that is not the caller's; everybody may see it.

    Raises:
        OutsideScopeError: when it lies outside `scope`.
    """
    if not scope.admits(place, write=True):
        raise OutsideScopeError


def refusal_detail(refusal: Refusal | None, *, language: Language) -> str | None:
    """Return why a person may not join, as a sentence."""
    return None if refusal is None else REFUSAL_TEXT[refusal].in_(language)
