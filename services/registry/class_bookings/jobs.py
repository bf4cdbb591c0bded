"""Background work on the spaces of classes."""

from datetime import timedelta
from typing import Final

from services.registry.bookings.queries import lapsed_classes
from services.registry.class_bookings.operations import release_lapsed
from shared.clock import utc_now
from shared.jobs.context import Cron, WorkerContext
from shared.logging import get_logger

_AT_ONCE: Final = 50
_log = get_logger(__name__)


async def release_holds(context: WorkerContext) -> None:
    """Take back spaces and instructors that classes held and nobody confirmed in time.

    One class a transaction: it locks what a reservation locks, in the same order.
    """
    while True:
        now = utc_now()
        async with context.transaction() as session:
            lapsed = await lapsed_classes(session, now=now, limit=_AT_ONCE)
        for class_id in lapsed:
            async with context.transaction() as session:
                released = await release_lapsed(session, class_id, now=now)
            _log.info("hold-lapsed", class_id=str(class_id), released=released)
        if len(lapsed) < _AT_ONCE:
            return


RELEASE_HOLDS: Final = Cron("release-holds", timedelta(seconds=10), release_holds)
