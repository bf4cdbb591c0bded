"""The sums of classes that reports read."""

from datetime import datetime
from typing import Any, Final

from services.reporting.class_facts.rules import CLASSES
from services.reporting.class_facts.tables import LiveClasses, LiveClassSummary
from services.reporting.folding.queries import Cube, Measures, sum_of
from shared.schemas.enrollment import ClassState

_OPENED: Final = (ClassState.OPENED, ClassState.COMPLETED)


def _measures(live: Any, now: datetime) -> Measures:  # noqa: ANN401 - any of two mapped classes
    planned = live.state != ClassState.CANCELLED
    due = live.starts_at <= now
    return {
        "classes_planned": sum_of(live.n, planned),
        "classes_opened": sum_of(live.n, live.state.in_(_OPENED)),
        "classes_ended": sum_of(live.n, live.state == ClassState.COMPLETED),
        "classes_due": sum_of(live.n, planned, due),
        "classes_silent": sum_of(live.n, live.state == ClassState.PLANNED, due),
    }


CUBE: Final = Cube(CLASSES.code, CLASSES.source, LiveClasses, LiveClassSummary, _measures)
