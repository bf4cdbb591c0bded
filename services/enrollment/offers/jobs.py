"""Background work on offers."""

from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.enrollments.jobs import each_class
from services.enrollment.offers import operations, queries
from shared.clock import utc_now
from shared.jobs.context import Cron, WorkerContext

_AT_ONCE: Final = 100


async def expire_offers(context: WorkerContext) -> None:
    """End the offers whose deadline has passed; the seats go to the next in line."""

    async def expire(session: AsyncSession, class_id: UUID) -> int:
        return await operations.expire_offers(session, class_id=class_id, now=utc_now())

    while True:
        async with context.transaction() as session:
            due = await queries.classes_with_lapsed(session, now=utc_now(), limit=_AT_ONCE)
        done = await each_class(context, due, expire, what="offers-expired")
        if len(due) < _AT_ONCE or not done:
            return


EXPIRE_OFFERS: Final = Cron("expire-offers", timedelta(seconds=5), expire_offers)
