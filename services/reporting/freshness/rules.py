"""What the figures stand on, and how old that is."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from services.reporting.folding.rules import Source

# A reader that has caught up says so every second. One that has said nothing for this long may be
# dead, and what it has not read may be as old as its last word.
_SILENCE: Final = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class Reading:
    """How far one source is folded, and what its reader said last.

    `as_of` is the end of the last pull that came back empty or, while behind, the time of the last
    folded event, or of the oldest that is waiting behind a long transaction; None when the source
    was never read. Since `behind_since` this version takes in what the one before it did not fold;
    until that is done, figures claim no later moment.
    """

    source: Source
    generation: int
    position: int
    as_of: datetime | None = None
    last_event_at: datetime | None = None
    caught_up: bool = False
    behind_since: datetime | None = None

    @property
    def known_until(self) -> datetime | None:
        """All that happened until then is in the figures; None when nothing is known."""
        if self.as_of is None or self.behind_since is None:
            return self.as_of
        return min(self.as_of, self.behind_since)


@dataclass(frozen=True, slots=True)
class Freshness:
    """`as_of`: all that happened until then is in the figures. None when nothing is known yet."""

    as_of: datetime | None
    lag_seconds: float | None


@dataclass(frozen=True, slots=True)
class Standing:
    """What the figures stand on at one moment.

    `starts`: when classes start, ascending. `synthetic_waves`: ids of waves of generated data.
    `areas` changes whenever areas are copied anew: figures show their names.
    """

    readings: dict[Source, Reading]
    starts: tuple[datetime, ...] = ()
    synthetic_waves: frozenset[str] = field(default_factory=frozenset)
    areas: str = ""

    def position(self, sources: Iterable[Source]) -> str:
        """Return what changes whenever anything is folded from any of `sources`, or areas do."""
        parts = (self.readings[source] for source in sources)
        folded = " ".join(f"{part.source}:{part.generation}.{part.position}" for part in parts)
        return f"{folded} {self.areas}" if self.areas else folded

    def starts_passed(self, now: datetime) -> int:
        """Return how many starts lie at or before `now`: when this changes, centres fall silent."""
        return bisect_right(self.starts, now)

    def freshness(self, sources: Iterable[Source], *, now: datetime) -> Freshness:
        """Return the moment up to which `sources` are folded, and how late that is at `now`.

        A reader that has caught up is 0 seconds late; else all until its `as_of` is folded, whose
        age bounds that of the oldest event that is not.
        """
        readings = [self.readings[source] for source in sources]
        known = [reading.known_until for reading in readings if reading.known_until is not None]
        if len(known) < len(readings):
            return Freshness(None, None)
        lag = max(_lag(reading, now) for reading in readings)
        return Freshness(min(known), round(max(lag, timedelta()).total_seconds(), 3))


def _lag(reading: Reading, now: datetime) -> timedelta:
    if reading.known_until is None:
        return timedelta()
    age = now - reading.known_until
    current = reading.caught_up and reading.behind_since is None
    return timedelta() if current and age <= _SILENCE else age
