"""The cell of minutes of spaces, and what the registry's recounts add."""

from operator import attrgetter
from typing import Final

from services.reporting.folding.rules import (
    Fact,
    Folded,
    Foldings,
    Recorded,
    Rollup,
    Source,
    written,
)
from shared.schemas.registry import Hours, HoursCell, HoursMoved, Topic

_MEASURES: Final = ("open_minutes", "booked_minutes", "used_minutes", "used_of_open")
# `n` counts spaces that have hours: once in each month.
HOURS: Final = Fact("hours", Source.REGISTRY, tuple(HoursCell.model_fields), ("n", *_MEASURES))
_OF_PROVINCES: Final = (
    "month",
    "purpose",
    "using_ministry",
    "province_code",
    "facility_kind",
    "owner_ministry",
)
ROLLUPS: Final = (
    Rollup("hour_summary", HOURS, _OF_PROVINCES, daily=False),
    Rollup("hour_cube", HOURS, HOURS.members, daily=True),
)

_CELL = attrgetter(*HoursCell.model_fields)
_SUMS = attrgetter("spaces", *_MEASURES)


def _fold_hours(folded: Folded, event: Recorded) -> None:
    moved = HoursMoved.model_validate(event.payload)
    for hours, sign in ((moved.before, -1), (moved.after, 1)):
        for each in hours:
            folded.move(HOURS, event.day, written(_CELL(each.cell)), _signed(each, sign))


def _signed(hours: Hours, sign: int) -> list[int]:
    return [sign * minutes for minutes in _SUMS(hours)]


FOLDINGS: Final[Foldings] = {Topic.HOURS_MOVED: {1: _fold_hours}}
