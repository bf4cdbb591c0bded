"""Moving classes to the facilities that stay."""

from datetime import timedelta
from typing import Any, Final

from services.enrollment.merged_facilities import operations, queries
from services.enrollment.merged_facilities.schemas import MoveClasses
from shared.clock import utc_now
from shared.jobs.context import Cron, JobContext, JobHandler, WorkerContext

_AT_ONCE: Final = 50


async def move_classes(context: JobContext, _: MoveClasses) -> dict[str, Any]:
    """Move all classes of merged facilities, each with its enrollments in one transaction.

    Then the referrals to them. What has moved is not found again, so that the job may begin anew
    at any time. Returns how many have moved.
    """
    async with context.transaction() as session:
        total = await queries.count_left_behind(session)
    moved = 0
    while True:
        async with context.transaction() as session:
            left = await queries.left_behind(session, limit=_AT_ONCE)
        if not left:
            return {"classes": moved, "referrals": await _move_referrals(context)}
        for class_id in left:
            async with context.transaction() as session:
                moved += await operations.move_class(session, class_id, now=utc_now())
        await context.progress(moved, max(moved, total))


async def _move_referrals(context: JobContext) -> int:
    moved = 0
    while True:
        async with context.transaction() as session:
            now = utc_now()
            done = await operations.move_left_referrals(session, limit=_AT_ONCE, now=now)
        if not done:
            return moved
        moved += done


async def move_stragglers(context: WorkerContext) -> None:
    """Order the moving of what came to be while its facility was being merged."""
    async with context.transaction() as session:
        await operations.order_moving_if_needed(session)


MOVE_CLASSES: Final = JobHandler(MoveClasses.kind, MoveClasses, move_classes)
MOVE_STRAGGLERS: Final = Cron("move-stragglers", timedelta(minutes=10), move_stragglers)
