"""Every night amounts of income that were kept long enough go, some in a transaction."""

from datetime import timedelta
from typing import Final

from services.reporting.income_retention import operations
from shared.clock import utc_now
from shared.jobs.context import Cron, WorkerContext


async def forget_incomes(context: WorkerContext) -> None:
    """Erase what is due; cut short, the next run goes on."""
    done = operations.AT_ONCE
    while done == operations.AT_ONCE:
        async with context.transaction() as session:
            done = await operations.forget_incomes(session, now=utc_now())


FORGET_INCOMES: Final = Cron("forget-incomes", timedelta(hours=24), forget_incomes)
