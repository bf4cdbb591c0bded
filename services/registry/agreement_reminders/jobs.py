"""Background work on reminders."""

from datetime import timedelta
from typing import Final

from services.registry.agreement_reminders.operations import remind
from shared.clock import ledger_day, utc_now
from shared.jobs.context import Cron, WorkerContext
from shared.logging import get_logger

# A few hundred short statements: far below a second.
_AT_ONCE: Final = 100
_log = get_logger(__name__)


async def write_reminders(context: WorkerContext) -> None:
    """Write the reminders that are to be written by today and are not, a chunk a transaction."""
    while True:
        now = utc_now()
        async with context.transaction() as session:
            due = await remind(session, today=ledger_day(now), now=now, limit=_AT_ONCE)
        if due:
            _log.info("reminders-written", due=due)
        if due < _AT_ONCE:
            return


# Each reminder is written once, so that looking every hour makes one a day at most, and a worker
# that was away for days catches up as soon as it is back.
REMIND: Final = Cron("agreement-reminders", timedelta(hours=1), write_reminders)
