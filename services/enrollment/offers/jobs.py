"""Background work on offers."""

from datetime import timedelta
from typing import Final

from services.enrollment.offers import operations, queries
from shared.clock import utc_now
from shared.jobs.context import Cron, WorkerContext
from shared.logging import get_logger

_AT_ONCE: Final = 100
_log = get_logger(__name__)


async def expire_offers(context: WorkerContext) -> None:
    """End the offers whose deadline has passed; the seats go to the next in line.

    One class a transaction, so that no lock is held for long.
    """
    while True:
        now = utc_now()
        async with context.transaction() as session:
            due = await queries.classes_with_lapsed(session, now=now, limit=_AT_ONCE)
        for class_id in due:
            async with context.transaction() as session:
                ended = await operations.expire_offers(session, class_id=class_id, now=now)
            _log.info("offers-expired", class_id=class_id, offers=ended)
        if len(due) < _AT_ONCE:
            return


EXPIRE_OFFERS: Final = Cron("expire-offers", timedelta(seconds=5), expire_offers)
