"""The sums of minutes of spaces that reports read."""

from datetime import datetime
from typing import Any, Final

from services.reporting.folding.queries import Cube, Measures, sum_of
from services.reporting.hour_facts.rules import HOURS
from services.reporting.hour_facts.tables import LiveHours, LiveHourSummary


def _measures(live: Any, _: datetime) -> Measures:  # noqa: ANN401 - any of two mapped classes
    idle = live.using_ministry != live.owner_ministry
    return {
        "minutes_open": sum_of(live.open_minutes),
        "minutes_booked": sum_of(live.booked_minutes),
        "minutes_used": sum_of(live.used_minutes),
        "minutes_used_of_open": sum_of(live.used_of_open),
        "minutes_idle_used": sum_of(live.used_minutes, idle),
    }


CUBE: Final = Cube(HOURS.code, HOURS.source, LiveHours, LiveHourSummary, _measures)
