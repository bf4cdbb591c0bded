"""What the calendar does to cohorts: their day comes, the reminder, the end."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Final

from services.reporting.followup_cohorts import operations
from shared.clock import ledger_day, utc_now
from shared.jobs.context import Cron, WorkerContext

_STEPS: Final[tuple[Callable[..., Awaitable[int]], ...]] = (
    operations.close_due,
    operations.open_due,
    operations.remind_due,
)


async def keep_calendar(context: WorkerContext) -> None:
    """Close, open and remind what is due, some classes a transaction; cut short, it goes on."""
    for step in _STEPS:
        done = 1
        while done:
            now = utc_now()
            async with context.transaction() as session:
                done = await step(session, today=ledger_day(now), now=now)


KEEP_CALENDAR: Final = Cron("followup-calendar", timedelta(minutes=10), keep_calendar)
