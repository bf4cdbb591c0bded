"""The sums of facilities that reports read."""

from datetime import datetime
from typing import Any, Final

from services.reporting.facility_facts.rules import FACILITIES
from services.reporting.facility_facts.tables import LiveFacilities
from services.reporting.folding.queries import Cube, Measures, sum_of
from shared.schemas.registry import FacilityStatus


def _measures(live: Any, _: datetime) -> Measures:  # noqa: ANN401 - mapped to a sub-select
    return {
        "facilities": sum_of(live.n),
        "active": sum_of(live.n, live.status == FacilityStatus.ACTIVE),
    }


CUBE: Final = Cube(FACILITIES.code, FACILITIES.source, LiveFacilities, None, _measures)
