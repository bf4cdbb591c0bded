"""Calling the classes of a wave off."""

from typing import Any, Final

from services.enrollment.classes.rules import ClassNotPlannedError
from services.enrollment.wave_changes.operations import cancel_class_of_wave
from services.enrollment.wave_changes.queries import planned_of
from services.enrollment.wave_changes.schemas import CancelClasses
from shared.clock import utc_now
from shared.jobs.context import JobContext, JobHandler
from shared.scope import Scope

_AT_ONCE: Final = 50


async def cancel_classes(context: JobContext, payload: CancelClasses) -> dict[str, Any]:
    """Call the planned classes of a wave off, each in a transaction of its own.

    One that is cancelled is not found again: the job may begin anew at any time.
    """
    cancelled, after = 0, None
    while True:
        async with context.transaction() as session:
            left = await planned_of(session, payload.wave_id, after=after, limit=_AT_ONCE)
        if not left:
            return {"classes": cancelled}
        for class_id in left:
            try:
                async with context.transaction() as session:
                    scope: Scope = session.info["scope"]
                    await cancel_class_of_wave(
                        session, class_id, payload.wave_id, scope=scope, now=utc_now()
                    )
                cancelled += 1
            except ClassNotPlannedError:
                continue
        after = left[-1]
        await context.progress(cancelled)


HANDLER: Final = JobHandler(CancelClasses.kind, CancelClasses, cancel_classes)
