"""Every report by its code."""

from typing import Final

from services.reporting.class_indicators.rules import ATTENDANCE, COSTS
from services.reporting.hour_indicators.rules import UTILISATION
from services.reporting.indicators.rules import Report
from services.reporting.outcome_indicators.rules import OUTCOMES
from services.reporting.people_indicators.rules import FUNNEL, OPENING, PROGRESS
from services.reporting.place_indicators.rules import FACILITIES
from services.reporting.referral_indicators.rules import REFERRALS
from services.reporting.standing_indicators.rules import STANDING

REPORTS: Final[dict[str, Report]] = {
    report.code: report
    for report in (
        PROGRESS,
        OPENING,
        FUNNEL,
        ATTENDANCE,
        OUTCOMES,
        REFERRALS,
        COSTS,
        FACILITIES,
        UTILISATION,
        STANDING,
    )
}
