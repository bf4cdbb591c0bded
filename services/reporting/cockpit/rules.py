"""What the cockpit shows and how often it tells, stated without a database."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Final, Self

from services.reporting.reports.rules import SMALL
from shared.errors import UnavailableError
from shared.i18n import Text

# What changes is told at most this often, and that nothing did at least this often.
TOLD_EVERY_S: Final = 1.0
HEARTBEAT_S: Final = 5.0
# A stream ends by itself after a while: its listener comes back, one that is gone does not.
LISTENS_S: Final = 900.0
RETRY_MS: Final = 3_000


class CockpitFullError(UnavailableError):
    """The process has as many listeners as it may."""

    code = "cockpit-full"
    title = Text(
        "Terlalu banyak pendengar; coba lagi sebentar lagi atau minta angka sekali saja.",
        "Too many listeners; try again in a moment, or ask for the figures once.",
    )


@dataclass(slots=True)
class Counts:
    """The figures of an area at the hour of the start."""

    classes_planned: int = 0
    classes_opened: int = 0
    classes_due: int = 0
    classes_silent: int = 0
    centres_silent: int = 0
    seated: int = 0
    reported: int = 0
    present: int = 0

    def add(self, sums: Mapping[str, int]) -> None:
        """Add what `sums` has of these figures."""
        for each in fields(self):
            setattr(self, each.name, getattr(self, each.name) + sums.get(each.name, 0))

    @classmethod
    def of(cls, parts: Iterable["Counts"]) -> Self:
        """Return the sum of `parts`."""
        total = cls()
        for part in parts:
            total.add({each.name: getattr(part, each.name) for each in fields(part)})
        return total

    @property
    def nothing(self) -> bool:
        """Whether every figure is zero."""
        return not any(getattr(self, each.name) for each in fields(self))


def shown(counts: Counts) -> dict[str, int | None]:
    """Return the figures of an area, none of its people where few could be told by them.

    Of the seated some are reported, and of those some present: the rest may be few as well.
    """
    told: dict[str, int | None] = {each.name: getattr(counts, each.name) for each in fields(counts)}
    steps = (counts.seated, counts.reported, counts.present)
    rests = (steps[0] - steps[1], steps[1] - steps[2], steps[0] - steps[2])
    if any(0 < abs(count) < SMALL for count in (*steps, *rests)):
        told |= dict.fromkeys(("seated", "reported", "present"))
    return told


def by_zone(provinces: Mapping[str, Counts], zones: Mapping[str, str]) -> dict[str, Counts]:
    """Return the sums of the time zones; `zones` names that of each province."""
    listed: dict[str, list[Counts]] = {zone: [] for zone in sorted(set(zones.values()))}
    for province, counts in provinces.items():
        if province in zones:
            listed[zones[province]].append(counts)
    return {zone: Counts.of(parts) for zone, parts in listed.items()}


def told(event: str, data: bytes, *, identifier: str = "") -> bytes:
    """Return a server-sent event; `data` is one line."""
    named = f"id: {identifier}\n" if identifier else ""
    return f"event: {event}\n{named}data: ".encode() + data + b"\n\n"
