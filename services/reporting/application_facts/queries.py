"""The sums of applications that reports read."""

from datetime import datetime
from typing import Any, Final

from services.reporting.application_facts.rules import APPLICATIONS
from services.reporting.application_facts.tables import LiveApplications, LiveApplicationSummary
from services.reporting.folding.queries import Cube, Measures, sum_of
from shared.schemas.enrollment import ApplicationState


def _measures(live: Any, _: datetime) -> Measures:  # noqa: ANN401 - any of two mapped classes
    return {
        "applications": sum_of(live.n),
        "applications_eligible": sum_of(live.n, live.state != ApplicationState.INELIGIBLE),
    }


CUBE: Final = Cube(
    APPLICATIONS.code, APPLICATIONS.source, LiveApplications, LiveApplicationSummary, _measures
)
