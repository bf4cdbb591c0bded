"""What is added to whole days to make the figures of a moment within a day."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from services.reporting.folding.rules import Fact, Recorded, Sums, add
from services.reporting.ledger import rules as ledger
from shared.errors import BadRequestError, InvalidError
from shared.i18n import Text


class AsOfInTheFutureError(InvalidError):
    """Nobody knows yet what was known then."""

    code = "as-of-in-the-future"
    title = Text("as_of belum tiba.", "as_of lies in the future.")


class AsOfBeforeFirstEventError(InvalidError):
    """Nothing was known then; `first` is when the first event was recorded."""

    code = "as-of-before-first-event"
    title = Text(
        "Saat yang diminta lebih awal dari kejadian pertama.",
        "The moment asked for lies before the first event recorded.",
    )


class PastNotOfferedError(BadRequestError):
    """The report tells how things stand, not how they stood."""

    code = "past-not-offered"
    title = Text(
        "Laporan ini hanya memuat keadaan sekarang.", "This report only tells the present state."
    )


class Side(StrEnum):
    """Which events of the day are folded: those until the moment, or those after it to be taken."""

    UNTIL = "until"
    AFTER = "after"


@dataclass(frozen=True, slots=True)
class Span:
    """The events of one day in the ledger: between which numbers, and how many on each side."""

    first: int
    last: int
    until: int
    after: int

    @property
    def side(self) -> Side:
        """The side with fewer events."""
        return Side.AFTER if self.after < self.until else Side.UNTIL


@dataclass(slots=True)
class Told:
    """The sums of one side of a day, by fact; `position` is the last number looked at."""

    era: int
    position: int
    side: Side
    sums: dict[Fact, Sums] = field(default_factory=dict)


def fold_into(told: Told, events: Iterable[Recorded]) -> None:
    """Add what `events` add; what came after the moment is taken away from the whole day."""
    sign = 1 if told.side is Side.UNTIL else -1
    for fact, sums in ledger.fold(events).cells.items():
        total = told.sums.setdefault(fact, {})
        for cell, measures in sums.items():
            add(total, cell, [sign * measure for measure in measures])


def check_past(at: datetime, *, now: datetime) -> None:
    """Refuse a moment that has not come.

    Raises:
        AsOfInTheFutureError: when it has not.
    """
    if at > now:
        raise AsOfInTheFutureError(pointer="/as_of")
