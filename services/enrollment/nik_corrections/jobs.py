"""Claims that were under way while a NIK was corrected."""

from datetime import timedelta
from typing import Final

from services.enrollment.nik_corrections.operations import settle_corrections
from shared.clock import utc_now
from shared.jobs.context import Cron, WorkerContext

_AT_ONCE: Final = 100


async def settle(context: WorkerContext) -> None:
    """Let them follow the NIK."""
    settled = _AT_ONCE
    while settled == _AT_ONCE:
        async with context.transaction() as session:
            settled = await settle_corrections(session, now=utc_now(), limit=_AT_ONCE)


SETTLE_CORRECTIONS: Final = Cron("settle-nik-corrections", timedelta(minutes=1), settle)
