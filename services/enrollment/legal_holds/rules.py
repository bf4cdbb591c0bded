"""What forbids the erasure of a person, stated without a database."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from shared.errors import ConflictError, InvalidError, NotFoundError
from shared.i18n import Text


class HoldKind(StrEnum):
    """Why a person's data must be kept; OPEN_CLASS follows from the enrollments by itself."""

    AUDIT = "AUDIT"
    DISPUTE = "DISPUTE"
    LAW_ENFORCEMENT = "LAW_ENFORCEMENT"
    OPEN_CLASS = "OPEN_CLASS"


class HoldUnknownError(NotFoundError):
    """There is no such legal hold."""

    code = "legal-hold-unknown"
    title = Text("Penahanan data tidak ditemukan.", "There is no such legal hold.")


class HoldLiftedError(ConflictError):
    """The legal hold was lifted before."""

    code = "legal-hold-lifted"
    title = Text("Penahanan data sudah dicabut.", "The legal hold was lifted before.")


class HoldPeriodError(InvalidError):
    """The legal hold would end before it begins."""

    code = "legal-hold-period"
    title = Text("Penahanan data berakhir di masa lalu.", "The legal hold ends in the past.")


class HoldKindError(InvalidError):
    """Nobody places a hold for an open class: it follows from the enrollment."""

    code = "legal-hold-kind"
    title = Text(
        "Kelas yang berjalan menahan penghapusan dengan sendirinya.",
        "An open class holds erasure back by itself.",
    )


@dataclass(frozen=True, slots=True)
class Holding:
    """One thing that holds erasure back; `until` is null where no end is foreseen."""

    kind: HoldKind
    until: date | None


def check_hold(kind: HoldKind, until: date | None, *, today: date) -> None:
    """Refuse a hold that holds nothing.

    Raises:
        HoldKindError, HoldPeriodError: when it follows by itself, or has ended already.
    """
    if kind is HoldKind.OPEN_CLASS:
        raise HoldKindError(pointer="/kind")
    if until is not None and until < today:
        raise HoldPeriodError(pointer="/until")


def again_on(holdings: Sequence[Holding]) -> date | None:
    """Return the day from which erasure may be asked for again; None when it is not known."""
    days = [each.until for each in holdings]
    known = [day for day in days if day is not None]
    return max(known) if known and len(known) == len(days) else None
