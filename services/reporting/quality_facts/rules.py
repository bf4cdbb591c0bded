"""What is kept of openings and of pairs that may be one, and which events tell it."""

from typing import Final
from uuid import UUID

from services.reporting.folding.rules import Folded, Foldings, Keeping, Recorded, Source, written
from shared.schemas import enrollment, registry
from shared.schemas.enrollment import ClassMoved, DuplicatesCounted
from shared.schemas.registry import DuplicatesScanned

# `opened_at` is when the class began, `told_at` when that was reported.
OPENINGS: Final = Keeping("class_opening", Source.ENROLLMENT, "class_id", ("opened_at", "told_at"))
# One row each: how many pairs wait to be looked at, and since when.
PEOPLE: Final = Keeping("person_pairs", Source.ENROLLMENT, "id", ("open_pairs", "told_at"))
PLACES: Final = Keeping("facility_pairs", Source.REGISTRY, "id", ("open_pairs", "told_at"))
KEEPINGS: Final = (OPENINGS, PEOPLE, PLACES)

_ONE: Final = str(UUID(int=0))


def _fold_opening(folded: Folded, event: Recorded) -> None:
    moved = ClassMoved.model_validate(event.payload)
    members = written((event.occurred_at, moved.reported_at or event.recorded_at))
    folded.keep(OPENINGS, str(moved.class_id), event.version, members)


def _fold_people(folded: Folded, event: Recorded) -> None:
    counted = DuplicatesCounted.model_validate(event.payload)
    members = (counted.open_pairs, *written((event.recorded_at,)))
    folded.keep(PEOPLE, _ONE, event.version, members)


def _fold_places(folded: Folded, event: Recorded) -> None:
    scanned = DuplicatesScanned.model_validate(event.payload)
    # Each scan is an aggregate of its own: the latest is known by its second.
    order = int(event.recorded_at.timestamp())
    folded.keep(PLACES, _ONE, order, (scanned.open_pairs, *written((event.recorded_at,))))


FOLDINGS: Final[Foldings] = {
    enrollment.Topic.CLASS_OPENED: {1: _fold_opening},
    enrollment.Topic.DUPLICATES_COUNTED: {1: _fold_people},
    registry.Topic.DUPLICATES_SCANNED: {1: _fold_places},
}
