"""The cell of a facility, and what its events add; its present name and place, and its mergers."""

from operator import attrgetter
from typing import Final

from services.reporting.folding.rules import (
    MINUS,
    PLUS,
    Fact,
    Folded,
    Foldings,
    Keeping,
    Recorded,
    Rollup,
    Source,
    written,
)
from shared.schemas.registry import FacilityCell, FacilityMerged, FacilityMoved, Topic

# A facility's cell does not name the facility; its operator sees it only if the cube does.
FACILITIES: Final = Fact("facilities", Source.REGISTRY, ("facility_id", *FacilityCell.model_fields))
ROLLUPS: Final = (Rollup("facility_cube", FACILITIES, FACILITIES.members, daily=True),)
LATEST: Final = Keeping(
    "facility_now",
    Source.REGISTRY,
    "facility_id",
    ("code", "name", *FacilityCell.model_fields),
)
MERGED: Final = Keeping("facility_alias", Source.REGISTRY, "alias_id", ("facility_id",))
KEEPINGS: Final = (LATEST, MERGED)

_CELL = attrgetter(*FacilityCell.model_fields)


def _fold_facility(folded: Folded, event: Recorded) -> None:
    moved = FacilityMoved.model_validate(event.payload)
    for cell, measures in ((moved.before, MINUS), (moved.after, PLUS)):
        if cell is not None:
            members = written((moved.facility_id, *_CELL(cell)))
            folded.move(FACILITIES, event.day, members, measures)
    [key, *present] = written((moved.facility_id, moved.code, moved.name, *_CELL(moved.after)))
    folded.keep(LATEST, key, event.version, tuple(present))


def _fold_merger(folded: Folded, event: Recorded) -> None:
    merged = FacilityMerged.model_validate(event.payload)
    gone, stays = written((merged.from_id, merged.stays.facility_id))
    folded.keep(MERGED, gone, event.version, (stays,))


FOLDINGS: Final[Foldings] = {
    Topic.FACILITY_REGISTERED: {1: _fold_facility},
    Topic.FACILITY_CHANGED: {1: _fold_facility},
    Topic.FACILITY_STATUS_CHANGED: {1: _fold_facility},
    Topic.FACILITY_MERGED: {1: _fold_merger},
}
