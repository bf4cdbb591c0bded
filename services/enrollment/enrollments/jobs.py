"""Background work on enrollments."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Final, TypeAlias
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.enrollments.operations import end_waitlist_when_due, promote_in_class
from services.enrollment.enrollments.queries import classes_admitting, waitlists_over
from shared.clock import utc_now
from shared.jobs.context import Cron, WorkerContext
from shared.logging import get_logger

_AT_ONCE: Final = 100
_log = get_logger(__name__)
_Step: TypeAlias = Callable[[AsyncSession, UUID], Awaitable[int]]


async def each_class(
    context: WorkerContext, class_ids: Sequence[UUID], step: _Step, *, what: str
) -> int:
    """Take one step for each class and return for how many it went well.

    One class a transaction, so that no lock is held for long, and that a fault in one holds up no
    other: it is tried again at the next turn.
    """
    done = 0
    for class_id in class_ids:
        try:
            async with context.transaction() as session:
                people = await step(session, class_id)
        except Exception as error:  # noqa: BLE001 - the other classes go on
            _log.error("class-failed", class_id=class_id, step=what, error=type(error).__name__)
            continue
        done += 1
        _log.info(what, class_id=class_id, people=people)
    return done


async def end_waitlists(context: WorkerContext) -> None:
    """Tell those who wait where nobody is promoted any more that they got no seat."""

    async def end(session: AsyncSession, class_id: UUID) -> int:
        return await end_waitlist_when_due(session, class_id=class_id, now=utc_now())

    while True:
        async with context.transaction() as session:
            due = await waitlists_over(session, now=utc_now(), limit=_AT_ONCE)
        done = await each_class(context, due, end, what="waitlist-ended")
        if len(due) < _AT_ONCE or not done:
            return


async def promote_admitted(context: WorkerContext) -> None:
    """Promote those whom a quota has blocked and blocks no more, or for whom a guardian consented.

    A seat that is given up in one class may free a quota for somebody who waits in another, and a
    quota that keeps seats is released at its hour: neither can lock the other class. Nor does a
    guardian's consent look for the classes in which the minor waits.
    """

    async def promote(session: AsyncSession, class_id: UUID) -> int:
        return await promote_in_class(session, class_id=class_id, now=utc_now())

    async with context.transaction() as session:
        due = await classes_admitting(session, now=utc_now())
    await each_class(context, due, promote, what="quota-admits")


PROMOTE_ADMITTED: Final = Cron("promote-admitted", timedelta(seconds=5), promote_admitted)
END_WAITLISTS: Final = Cron("end-waitlists", timedelta(seconds=10), end_waitlists)
