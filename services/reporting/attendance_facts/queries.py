"""The sums of attendance that reports read."""

from datetime import datetime
from typing import Any, Final

from services.reporting.attendance_facts.rules import ATTENDANCE
from services.reporting.attendance_facts.tables import LiveAttendance, LiveAttendanceSummary
from services.reporting.folding.queries import Cube, Measures, sum_of


def _measures(live: Any, _: datetime) -> Measures:  # noqa: ANN401 - any of two mapped classes
    came = live.present + live.late
    return {
        "rolls_called": sum_of(live.n),
        "attended": sum_of(came),
        # Who was excused counts neither for nor against.
        "expected": sum_of(came + live.absent),
        "excused": sum_of(live.excused),
        "attendance_days": sum_of(live.days),
    }


CUBE: Final = Cube(
    ATTENDANCE.code, ATTENDANCE.source, LiveAttendance, LiveAttendanceSummary, _measures
)
