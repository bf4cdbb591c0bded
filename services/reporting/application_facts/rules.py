"""The cell of an application, and what its events add."""

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
from shared.schemas.enrollment import ApplicationCell, ApplicationMoved, Topic

APPLICATIONS: Final = Fact("applications", Source.ENROLLMENT, tuple(ApplicationCell.model_fields))
# The summary answers what is asked of the whole country: it follows provinces, not people.
ROLLUPS: Final = (
    Rollup(
        "application_summary",
        APPLICATIONS,
        (
            "program_id",
            "wave_id",
            "province_code",
            "home_province_code",
            "host_ministry",
            "state",
        ),
        daily=False,
    ),
    Rollup("application_cube", APPLICATIONS, APPLICATIONS.members, daily=True),
)

_CELL = attrgetter(*ApplicationCell.model_fields)


def _fold_application(folded: Folded, event: Recorded) -> None:
    moved = ApplicationMoved.model_validate(event.payload)
    for cell, measures in ((moved.left, MINUS), (moved.entered, PLUS)):
        if cell is not None:
            folded.move(APPLICATIONS, event.day, written(_CELL(cell)), measures)


FOLDINGS: Final[Foldings] = {
    topic: {1: _fold_application}
    for topic in (
        Topic.APPLICATION_DRAFTED,
        Topic.APPLICATION_CHANGED,
        Topic.APPLICATION_SUBMITTED,
        Topic.APPLICATION_REFUSED,
        Topic.APPLICATION_WITHDRAWN,
        Topic.APPLICATION_DECIDED,
    )
}
