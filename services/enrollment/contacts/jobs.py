"""Forgetting codes that are no longer good."""

from datetime import timedelta
from typing import Final

from services.enrollment.contacts.operations import expire_codes
from shared.clock import utc_now
from shared.jobs.context import Cron, WorkerContext

_AT_ONCE: Final = 5_000


async def expire(context: WorkerContext) -> None:
    """Forget all codes that are no longer good, a chunk a transaction."""
    gone = _AT_ONCE
    while gone == _AT_ONCE:
        async with context.transaction() as session:
            gone = await expire_codes(session, now=utc_now(), limit=_AT_ONCE)


EXPIRE_CODES: Final = Cron("expire-contact-codes", timedelta(hours=1), expire)
