"""The cell of a class, and what its events add."""

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
from shared.schemas.enrollment import ClassCell, ClassMoved, Topic

CLASSES: Final = Fact("classes", Source.ENROLLMENT, tuple(ClassCell.model_fields))
# The summary answers the public reports. Its size follows provinces and waves.
ROLLUPS: Final = (
    Rollup(
        "class_summary",
        CLASSES,
        (
            "program_id",
            "wave_id",
            "province_code",
            "time_zone",
            "host_ministry",
            "starts_at",
            "state",
        ),
        daily=False,
    ),
    Rollup("class_cube", CLASSES, CLASSES.members, daily=True),
)

# What is counted by class, and says of it no more than its id, is cut by what is kept here.
LATEST: Final = Keeping(
    "class_now",
    Source.ENROLLMENT,
    "class_id",
    (*CLASSES.members, "capacity", "code", "label"),
)

_CELL = attrgetter(*ClassCell.model_fields)


def _fold_class(folded: Folded, event: Recorded) -> None:
    moved = ClassMoved.model_validate(event.payload)
    if moved.before is not None:
        folded.move(CLASSES, event.day, written(_CELL(moved.before)), MINUS)
    entered = written(_CELL(moved.after))
    folded.move(CLASSES, event.day, entered, PLUS)
    latest = (*entered, moved.capacity, moved.code, moved.label)
    folded.keep(LATEST, str(moved.class_id), event.version, latest)


FOLDINGS: Final[Foldings] = {
    Topic.CLASS_PLANNED: {1: _fold_class},
    Topic.CLASS_CHANGED: {1: _fold_class},
    Topic.CLASS_OPENED: {1: _fold_class},
    Topic.CLASS_COMPLETED: {1: _fold_class},
    Topic.CLASS_CANCELLED: {1: _fold_class},
    Topic.CLASS_RELOCATED: {1: _fold_class},
}
