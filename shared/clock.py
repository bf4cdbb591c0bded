"""The one place that reads the system clock."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

JAKARTA = ZoneInfo("Asia/Jakarta")


def utc_now() -> datetime:
    """Return the present moment, aware, in UTC."""
    return datetime.now(UTC)  # noqa: TID251 - the one reader


def ledger_day(moment: datetime) -> date:
    """Return the calendar day in Jakarta on which `moment` falls: the day figures are kept by."""
    return moment.astimezone(JAKARTA).date()
