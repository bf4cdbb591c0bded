"""The cell of a facility, and what its events add."""

from operator import attrgetter
from typing import Final

from services.reporting.folding.rules import (
    MINUS,
    PLUS,
    Fact,
    Folded,
    Foldings,
    Recorded,
    Rollup,
    Source,
    written,
)
from shared.schemas.registry import FacilityCell, FacilityMoved, Topic

# A facility's cell does not name the facility; its operator sees it only if the cube does.
FACILITIES: Final = Fact("facilities", Source.REGISTRY, ("facility_id", *FacilityCell.model_fields))
ROLLUPS: Final = (Rollup("facility_cube", FACILITIES, FACILITIES.members, daily=True),)

_CELL = attrgetter(*FacilityCell.model_fields)


def _fold_facility(folded: Folded, event: Recorded) -> None:
    moved = FacilityMoved.model_validate(event.payload)
    for cell, measures in ((moved.before, MINUS), (moved.after, PLUS)):
        if cell is not None:
            members = written((moved.facility_id, *_CELL(cell)))
            folded.move(FACILITIES, event.day, members, measures)


FOLDINGS: Final[Foldings] = {
    Topic.FACILITY_REGISTERED: {1: _fold_facility},
    Topic.FACILITY_CHANGED: {1: _fold_facility},
    Topic.FACILITY_STATUS_CHANGED: {1: _fold_facility},
}
