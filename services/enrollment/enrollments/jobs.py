"""Background work on enrollments."""

from datetime import timedelta
from typing import Final

from services.enrollment.enrollments.operations import end_waitlist_when_due
from services.enrollment.enrollments.queries import waitlists_over
from shared.clock import utc_now
from shared.jobs.context import Cron, WorkerContext
from shared.logging import get_logger

_AT_ONCE: Final = 100
_log = get_logger(__name__)


async def end_waitlists(context: WorkerContext) -> None:
    """Tell those who wait where nobody is promoted any more that they got no seat.

    One class a transaction, so that no lock is held for long.
    """
    while True:
        now = utc_now()
        async with context.transaction() as session:
            due = await waitlists_over(session, now=now, limit=_AT_ONCE)
        for class_id in due:
            async with context.transaction() as session:
                left = await end_waitlist_when_due(session, class_id=class_id, now=now)
            _log.info("waitlist-ended", class_id=class_id, not_placed=left)
        if len(due) < _AT_ONCE:
            return


END_WAITLISTS: Final = Cron("end-waitlists", timedelta(seconds=10), end_waitlists)
