"""When a space may be booked, and the life of a booking, stated without a database."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Final

from services.registry.opening_hours.rules import (
    ZONES,
    Hours,
    days_between,
    moment,
    open_during,
)
from shared.errors import ConflictError, InvalidError, NotFoundError
from shared.i18n import Text
from shared.schemas.registry import TimeZone
from shared.schemas.registry.bookings import BookingState, SlotState

MAX_SLOTS: Final = 200
LONGEST_SLOT: Final = timedelta(days=31)
LONGEST_SERIES: Final = timedelta(days=366)


class BookingNotFoundError(NotFoundError):
    """There is no such booking, or none that the caller may know of."""

    code = "booking-not-found"
    title = Text("Pemesanan tidak ditemukan.", "There is no such booking.")


class SlotNotFoundError(NotFoundError):
    """The booking has no slot of this position."""

    code = "booking-slot-not-found"
    title = Text("Pemesanan tidak mempunyai sesi ini.", "The booking has no such slot.")


class BookingIdTakenError(ConflictError):
    """The id that the caller chose is in use."""

    code = "booking-id-taken"
    title = Text("Id pemesanan sudah dipakai.", "A booking has this id.")


class ClassBookedError(ConflictError):
    """A class has one booking at a time."""

    code = "class-booked"
    title = Text("Kelas sudah mempunyai pemesanan.", "The class has a booking.")


class SpaceTakenError(ConflictError):
    """Somebody has the space at that time; `clashes` are the ranges, not who."""

    code = "space-taken"
    title = Text("Ruang sudah terpakai pada waktu itu.", "The space is taken at that time.")


class FacilityNotActiveError(ConflictError):
    """The facility is planned, suspended or closed."""

    code = "facility-not-active"
    title = Text("Balai sedang tidak aktif.", "The facility is not active.")


class BookingStateRefusedError(ConflictError):
    """The present state does not allow the change; `state` and `allowed` say what it is."""

    code = "booking-state-refused"
    title = Text(
        "Status pemesanan saat ini tidak mengizinkan perubahan ini.",
        "The booking's present state does not allow this change.",
    )


class BookingOfClassError(ConflictError):
    """The space of a class is given back by the class: called off or moved, not cancelled here."""

    code = "booking-of-class"
    title = Text(
        "Ruang ini dipegang kelas; batalkan atau pindahkan kelasnya.",
        "A class holds this space; call off the class, or move it.",
    )


class BookingOfReferralError(ConflictError):
    """The hours of a referral are given back by the referral: refused or withdrawn."""

    code = "booking-of-referral"
    title = Text(
        "Waktu ini dipegang rujukan; tolak atau tarik rujukannya.",
        "A referral holds these hours; refuse the referral, or withdraw it.",
    )


class SlotNotBegunError(ConflictError):
    """Whether a slot was used is not known before it begins."""

    code = "booking-slot-not-begun"
    title = Text("Sesi belum dimulai.", "The slot has not begun.")


class SlotOverError(ConflictError):
    """A slot that is over was used or was not; it cannot be cancelled any more."""

    code = "booking-slot-over"
    title = Text("Sesi sudah lewat.", "The slot is over.")


class AgreementMissingError(ConflictError):
    """No agreement in force lets this ministry use the facility of another one."""

    code = "booking-agreement-missing"
    title = Text(
        "Tidak ada perjanjian yang berlaku sepanjang waktu itu antara kementerian ini dan balai.",
        "No agreement in force all that time covers the facility for this ministry.",
    )


class OutsideHoursError(InvalidError):
    """The facility is not open all of the time; `slots` are the positions."""

    code = "booking-outside-hours"
    title = Text("Di luar jam buka balai.", "Outside the opening hours of the facility.")


class OverCapacityError(InvalidError):
    """The space does not hold so many."""

    code = "booking-over-capacity"
    title = Text("Melebihi kapasitas ruang.", "Beyond the capacity of the space.")


class SlotInvalidError(InvalidError):
    """A slot ends before it begins or lasts too long, or the series does."""

    code = "booking-slot-invalid"
    title = Text(
        "Sesi berakhir setelah mulai, paling lama 31 hari, dan rangkaian paling lama 366 hari.",
        "A slot ends after it begins, lasts 31 days at most, and a series 366 days.",
    )


class SlotsOverlapError(InvalidError):
    """Two slots of one booking overlap."""

    code = "booking-slots-overlap"
    title = Text("Sesi dalam pemesanan ini bertumpang tindih.", "Slots of the booking overlap.")


class SlotCountError(InvalidError):
    """A booking has 1 to 200 slots."""

    code = "booking-slot-count"
    title = Text("Pemesanan memuat 1 sampai 200 sesi.", "A booking has 1 to 200 slots.")


class SlotPastError(InvalidError):
    """Nobody can ask for what is over."""

    code = "booking-slot-past"
    title = Text("Waktu yang diminta sudah lewat.", "The time asked for is over.")


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A range of time, its end not included."""

    starts_at: datetime
    ends_at: datetime

    def overlaps(self, other: "Span") -> bool:
        """Tell whether both share a moment."""
        return self.starts_at < other.ends_at and other.starts_at < self.ends_at


@dataclass(frozen=True, slots=True)
class Weekly:
    """The same hours on some ISO weekdays, from one day to another, both included."""

    weekdays: frozenset[int]
    first: date
    last: date
    starts: time
    ends: time


def occurrences(weekly: Weekly, *, zone: TimeZone) -> list[Span]:
    """Return the occurrences of a series, by the clocks of `zone`.

    Raises:
        SlotInvalidError: when it ends before it begins or goes on for more than a year.
        SlotCountError: when there is none, or more than 200.
    """
    if weekly.ends <= weekly.starts:
        raise SlotInvalidError(pointer="/repeat/ends")
    if not weekly.first <= weekly.last <= weekly.first + LONGEST_SERIES:
        raise SlotInvalidError(pointer="/repeat/to")
    found = [
        Span(moment(zone, day, weekly.starts), moment(zone, day, weekly.ends))
        for day in days_between(weekly.first, weekly.last)
        if day.isoweekday() in weekly.weekdays
    ]
    if not 0 < len(found) <= MAX_SLOTS:
        raise SlotCountError(pointer="/repeat")
    return found


def in_order(spans: Iterable[Span], *, longest: timedelta = LONGEST_SLOT) -> list[Span]:
    """Return the slots of a booking in order.

    Raises:
        SlotCountError: when there is none, or more than 200.
        SlotInvalidError: when one ends before it begins, or one or all together last too long.
        SlotsOverlapError: when two share a moment.
    """
    found = sorted(spans)
    if not 0 < len(found) <= MAX_SLOTS:
        raise SlotCountError(pointer="/slots")
    if any(not each.starts_at < each.ends_at <= each.starts_at + longest for each in found):
        raise SlotInvalidError(pointer="/slots")
    if found[-1].ends_at - found[0].starts_at > LONGEST_SERIES:
        raise SlotInvalidError(pointer="/slots")
    if any(one.overlaps(other) for one, other in pairwise(found)):
        raise SlotsOverlapError(pointer="/slots")
    return found


def pieces(span: Span) -> list[Span]:
    """Return a long range in pieces that are each no longer than a slot may be.

    Raises:
        SlotInvalidError: when it ends before it begins.
        SlotCountError: when it lasts longer than 200 slots.
    """
    if span.ends_at <= span.starts_at:
        raise SlotInvalidError(pointer="/ends_at")
    if span.ends_at - span.starts_at > LONGEST_SLOT * MAX_SLOTS:
        raise SlotCountError(pointer="/ends_at")
    found = []
    starts_at = span.starts_at
    while starts_at < span.ends_at:
        ends_at = min(starts_at + LONGEST_SLOT, span.ends_at)
        found.append(Span(starts_at, ends_at))
        starts_at = ends_at
    return found


def check_ahead(spans: Sequence[Span], *, now: datetime) -> None:
    """Refuse to ask for a time that is over.

    Raises:
        SlotPastError: with the positions that are over.
    """
    over = [place for place, span in enumerate(spans) if span.ends_at <= now]
    if over:
        raise SlotPastError(pointer="/slots", extra={"slots": over})


def check_room(spans: Sequence[Span], *, people: int, capacity: int, hours: Hours) -> None:
    """Refuse more people than the space holds, and times at which the facility is not open.

    Raises:
        OverCapacityError: with the capacity.
        OutsideHoursError: with the positions that lie outside.
    """
    if people > capacity:
        raise OverCapacityError(
            Text(f"Kapasitas ruang {capacity} orang.", f"The space holds {capacity} people."),
            pointer="/people",
        )
    outside = [
        place
        for place, span in enumerate(spans)
        if not open_during(hours, span.starts_at, span.ends_at)
    ]
    if outside:
        raise OutsideHoursError(pointer="/slots", extra={"slots": outside})


def taken(clashes: Iterable[Span]) -> SpaceTakenError:
    """Return the refusal that names the ranges at which somebody has the space."""
    ranges = [
        {"starts_at": each.starts_at.isoformat(), "ends_at": each.ends_at.isoformat()}
        for each in sorted(clashes)
    ]
    return SpaceTakenError(extra={"clashes": ranges})


def local_days(spans: Sequence[Span], *, zone: TimeZone) -> tuple[date, date]:
    """Return the first and the last day that the slots touch, by the clocks of `zone`."""
    last = max(span.ends_at for span in spans) - timedelta(microseconds=1)
    first = min(span.starts_at for span in spans)
    return first.astimezone(ZONES[zone]).date(), last.astimezone(ZONES[zone]).date()


def minutes_by_month(spans: Iterable[Span], *, zone: TimeZone) -> dict[str, int]:
    """Return how long the slots last, by the month (2027-01) in which they lie in `zone`."""
    seconds: Counter[str] = Counter()
    for span in spans:
        for month, part in _by_month(span, zone):
            seconds[month] += round(part.total_seconds())
    return {month: round(length / 60) for month, length in sorted(seconds.items())}


def _by_month(span: Span, zone: TimeZone) -> list[tuple[str, timedelta]]:
    parts = []
    starts_at = span.starts_at
    while starts_at < span.ends_at:
        local = starts_at.astimezone(ZONES[zone])
        turn = moment(zone, _next_month(local.date()), time())
        parts.append((f"{local:%Y-%m}", min(turn, span.ends_at) - starts_at))
        starts_at = turn
    return parts


def _next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


_B = BookingState
_NEXT: Final[dict[BookingState, tuple[BookingState, ...]]] = {
    _B.REQUESTED: (_B.APPROVED, _B.REFUSED, _B.CANCELLED),
    _B.APPROVED: (_B.CANCELLED,),
    _B.REFUSED: (),
    _B.CANCELLED: (),
}
_S = SlotState
_NEXT_OF_SLOT: Final[dict[SlotState, tuple[SlotState, ...]]] = {
    _S.REQUESTED: (_S.CANCELLED,),
    _S.APPROVED: (_S.USED, _S.NO_SHOW, _S.CANCELLED),
    _S.USED: (),
    _S.NO_SHOW: (),
    _S.REFUSED: (),
    _S.CANCELLED: (),
}


def check_turn(*, present: BookingState, wanted: BookingState) -> None:
    """Refuse a change that the life of a booking does not know.

    REQUESTED > APPROVED | REFUSED | CANCELLED; APPROVED > CANCELLED.

    Raises:
        BookingStateRefusedError: with the present state and what may follow.
    """
    if wanted not in _NEXT[present]:
        raise _refused(present, _NEXT[present])


def check_slot_turn(*, present: SlotState, wanted: SlotState, span: Span, now: datetime) -> None:
    """Refuse a change that the life of a slot does not know, or not yet, or not any more.

    Raises:
        BookingStateRefusedError: with the present state and what may follow.
        SlotNotBegunError: when it is to be used, or not, before it begins.
        SlotOverError: when it is to be cancelled and is over.
    """
    if wanted not in _NEXT_OF_SLOT[present]:
        raise _refused(present, _NEXT_OF_SLOT[present])
    if wanted is SlotState.CANCELLED:
        if span.ends_at <= now:
            raise SlotOverError
    elif now < span.starts_at:
        raise SlotNotBegunError


def _refused(
    present: BookingState | SlotState, allowed: Collection[BookingState | SlotState]
) -> BookingStateRefusedError:
    return BookingStateRefusedError(
        Text(f"Status saat ini {present}.", f"It is {present} at present."),
        extra={"state": present.value, "allowed": [each.value for each in allowed]},
    )
