"""Every report by its code."""

from typing import Final

from services.reporting.indicators.rules import Report
from services.reporting.outcome_indicators.rules import OUTCOMES
from services.reporting.people_indicators.rules import FUNNEL, OPENING, PROGRESS
from services.reporting.place_indicators.rules import FACILITIES

REPORTS: Final[dict[str, Report]] = {
    report.code: report for report in (PROGRESS, OPENING, FUNNEL, OUTCOMES, FACILITIES)
}
