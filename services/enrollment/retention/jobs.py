"""Every night what was kept long enough is erased, rule by rule, some rows in a transaction."""

from datetime import timedelta
from typing import Final

from services.enrollment.retention import operations
from services.enrollment.retention.queries import find_due
from services.enrollment.retention.rules import RULES, RetentionRule
from shared.clock import utc_now
from shared.jobs.context import Cron, WorkerContext

_AT_ONCE: Final = 1_000


async def apply_rule(context: WorkerContext, rule: RetentionRule) -> int:
    """Erase what a rule no longer allows to be kept; return how many rows.

    What is due is looked for without a lock, however long that takes. Cut short, a run goes on.
    """
    now = utc_now()
    async with context.transaction() as session:
        run = await operations.begin_run(session, rule, now=now)
    total = 0
    while True:
        async with context.transaction() as session:
            found = await find_due(session, rule, now=now, limit=_AT_ONCE)
        async with context.transaction() as session:
            erased = await operations.erase_found(session, rule, found, now=now)
            await operations.count_up(session, run, rows=erased)
        total += erased
        if len(found) < _AT_ONCE or not erased:
            break
    async with context.transaction() as session:
        await operations.end_run(session, run, now=utc_now())
    return total


async def apply_retention(context: WorkerContext) -> None:
    """Apply all rules."""
    for rule in RULES:
        await apply_rule(context, rule)


APPLY_RETENTION: Final = Cron("apply-retention", timedelta(hours=24), apply_retention)
