"""Background work on enrollments."""

from datetime import timedelta
from typing import Final

from services.enrollment.enrollments.operations import end_waitlist_when_due, promote_in_class
from services.enrollment.enrollments.queries import classes_admitting, waitlists_over
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


async def promote_admitted(context: WorkerContext) -> None:
    """Promote those whom a quota has blocked and blocks no more, one class a transaction.

    A seat that is given up in one class may free a quota for somebody who waits in another, and a
    quota that keeps seats is released at its hour: neither can lock the other class.
    """
    async with context.transaction() as session:
        due = await classes_admitting(session, now=utc_now())
    for class_id in due:
        async with context.transaction() as session:
            promoted = await promote_in_class(session, class_id=class_id, now=utc_now())
        _log.info("quota-admits", class_id=class_id, promoted=promoted)


PROMOTE_ADMITTED: Final = Cron("promote-admitted", timedelta(seconds=5), promote_admitted)
END_WAITLISTS: Final = Cron("end-waitlists", timedelta(seconds=10), end_waitlists)
