"""Background work on the spaces of classes."""

from datetime import timedelta
from typing import Final

from services.registry.class_bookings.operations import release_lapsed
from shared.clock import utc_now
from shared.jobs.context import Cron, WorkerContext
from shared.logging import get_logger

_AT_ONCE: Final = 50
_log = get_logger(__name__)


async def release_holds(context: WorkerContext) -> None:
    """Give spaces back that were held for classes and not confirmed in time."""
    while True:
        async with context.transaction() as session:
            lapsed = await release_lapsed(session, now=utc_now(), limit=_AT_ONCE)
        if lapsed:
            _log.info("holds-lapsed", bookings=len(lapsed))
        if len(lapsed) < _AT_ONCE:
            return


RELEASE_HOLDS: Final = Cron("release-holds", timedelta(seconds=10), release_holds)
