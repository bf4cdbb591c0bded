"""The sums of money that reports read."""

from datetime import datetime
from typing import Any, Final

from services.reporting.folding.queries import Cube, Measures, sum_of
from services.reporting.funding_facts.rules import ALL_SOURCES, FUNDING
from services.reporting.funding_facts.tables import LiveFunding
from shared.schemas.enrollment import ClassState


def _measures(live: Any, _: datetime) -> Measures:  # noqa: ANN401 - mapped to a sub-select
    whole = live.source == ALL_SOURCES
    ended = live.class_state == ClassState.COMPLETED
    return {
        "classes_funded": sum_of(live.n, whole),
        "funding_rupiah": sum_of(live.rupiah, whole),
        "ended_classes_funded": sum_of(live.n, whole, ended),
        "funding_rupiah_of_ended": sum_of(live.rupiah, whole, ended),
    }


CUBE: Final = Cube(FUNDING.code, FUNDING.source, LiveFunding, None, _measures)
