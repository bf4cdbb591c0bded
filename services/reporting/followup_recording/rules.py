"""Who records an answer, and from which day on, stated without a database."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from services.reporting.followup_cohorts.rules import months_after
from services.reporting.followups.rules import RecordedAs
from shared.scope import Reach

# Days of follow-ups are those of the figures.
_JAKARTA: Final = ZoneInfo("Asia/Jakarta")


def role_of(reaches: Sequence[Reach], participant_id: UUID, facility_id: UUID) -> RecordedAs:
    """Return in which role somebody with such reaches records an answer of a person."""
    if any(reach.participant_id == participant_id for reach in reaches):
        return RecordedAs.PERSON
    if any(facility_id in reach.facilities for reach in reaches):
        return RecordedAs.CENTRE
    return RecordedAs.OFFICE


def due_after(completed_at: datetime | None, horizon_months: int) -> date | None:
    """Return the day from which on somebody is asked who completed at a moment, if it is known."""
    if completed_at is None:
        return None
    return months_after(completed_at.astimezone(_JAKARTA).date(), horizon_months)
