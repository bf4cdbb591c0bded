"""Forgetting attempts that have passed."""

from datetime import timedelta
from typing import Final

from services.enrollment.attempts.operations import expire_attempts
from shared.jobs.context import Cron, WorkerContext

_AT_ONCE: Final = 5_000


async def expire(context: WorkerContext) -> None:
    """Forget all attempts whose period has passed, a chunk a transaction."""
    while True:
        async with context.transaction() as session:
            gone = await expire_attempts(session, limit=_AT_ONCE)
        if gone < _AT_ONCE:
            return


EXPIRE_ATTEMPTS: Final = Cron("expire-attempts", timedelta(hours=1), expire)
