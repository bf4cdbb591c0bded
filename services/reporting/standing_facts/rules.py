"""The cell of a standing, and what the registry's recounts add."""

from operator import attrgetter
from typing import Final
from uuid import UUID

from services.reporting.folding.rules import (
    Fact,
    Folded,
    Foldings,
    Recorded,
    Rollup,
    Source,
    written,
)
from shared.schemas.registry import StandingCell, StandingMoved, Topic

# Where a standing is that of an agreement, and so of no facility.
NOWHERE: Final = UUID(int=0)
STANDINGS: Final = Fact(
    "standings", Source.REGISTRY, tuple(StandingCell.model_fields), ("n", "amount")
)
_OF_PROVINCES: Final = (
    "kind",
    "value",
    "detail",
    "province_code",
    "facility_kind",
    "owner_ministry",
    "co_ministry",
)
ROLLUPS: Final = (
    Rollup("standing_summary", STANDINGS, _OF_PROVINCES, daily=False),
    Rollup("standing_cube", STANDINGS, STANDINGS.members, daily=True),
)

_CELL = attrgetter(*StandingCell.model_fields)


def _fold_standing(folded: Folded, event: Recorded) -> None:
    moved = StandingMoved.model_validate(event.payload)
    for standings, sign in ((moved.before, -1), (moved.after, 1)):
        for each in standings:
            members = written(NOWHERE if part is None else part for part in _CELL(each.cell))
            folded.move(STANDINGS, event.day, members, (sign * each.n, sign * each.amount))


FOLDINGS: Final[Foldings] = {Topic.STANDING_MOVED: {1: _fold_standing}}
