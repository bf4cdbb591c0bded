"""What came under an old id while two people were being merged."""

from datetime import timedelta
from functools import partial
from typing import Final

from services.enrollment.identities.rules import NikKeys
from services.enrollment.participant_merges import operations, queries
from shared.clock import utc_now
from shared.jobs.context import Cron, WorkerContext

_AT_ONCE: Final = 100


async def settle(keys: NikKeys, context: WorkerContext) -> None:
    """Let it follow the merge, one in each transaction."""
    before = utc_now() - operations.SETTLED_AFTER
    async with context.transaction() as session:
        waiting = await queries.unsettled(session, before=before, limit=_AT_ONCE)
    for gone_id in waiting:
        async with context.transaction() as session:
            await operations.settle_merge(session, gone_id, keys=keys, now=utc_now())


def settle_merges(keys: NikKeys) -> Cron:
    """Return the cron that settles merges."""
    return Cron("settle-participant-merges", timedelta(minutes=1), partial(settle, keys))
