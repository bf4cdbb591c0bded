"""Background work on what devices told later."""

from datetime import timedelta
from typing import Final

from services.enrollment.sync_ledger.operations import forget_changes
from services.enrollment.sync_ledger.rules import KEPT_FOR
from shared.clock import utc_now
from shared.jobs.context import Cron, WorkerContext

_AT_ONCE: Final = 5_000


async def forget_told(context: WorkerContext) -> None:
    """Forget the verdicts that no device asks for any more, some thousand in a transaction."""
    before = utc_now() - KEPT_FOR
    while True:
        async with context.transaction() as session:
            forgotten = await forget_changes(session, before=before, limit=_AT_ONCE)
        if forgotten < _AT_ONCE:
            return


FORGET_TOLD: Final = Cron("forget-told", timedelta(hours=6), forget_told)
