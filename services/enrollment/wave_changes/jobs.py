"""Calling the classes of a wave off."""

from typing import Any, Final
from uuid import UUID

from services.enrollment.classes.rules import ClassNotPlannedError
from services.enrollment.wave_changes.operations import cancel_class_of_wave, close_applications
from services.enrollment.wave_changes.queries import planned_of, undecided_of
from services.enrollment.wave_changes.schemas import CancelClasses
from shared.clock import utc_now
from shared.jobs.context import JobContext, JobHandler
from shared.scope import Scope

_AT_ONCE: Final = 50
_APPLICATIONS: Final = 200


async def cancel_classes(
    context: JobContext, payload: CancelClasses, *, tells: bool
) -> dict[str, Any]:
    """Call the planned classes of a wave off, each alone, and close what people applied for.

    What is done is not found again: the job may begin anew at any time.
    """
    return {
        "classes": await _cancel_planned(context, payload),
        "applications": await _close_applications(context, payload.wave_id, tells=tells),
    }


async def _close_applications(context: JobContext, wave_id: UUID, *, tells: bool) -> int:
    closed = 0
    while True:
        async with context.transaction() as session:
            left = await undecided_of(session, wave_id, limit=_APPLICATIONS)
            closed += await close_applications(session, wave_id, left, tells=tells, now=utc_now())
        if not left:
            return closed


async def _cancel_planned(context: JobContext, payload: CancelClasses) -> int:
    cancelled, after = 0, None
    while True:
        async with context.transaction() as session:
            left = await planned_of(session, payload.wave_id, after=after, limit=_AT_ONCE)
        if not left:
            return cancelled
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


def cancel_handler(*, tells: bool) -> JobHandler[CancelClasses]:
    """Return what calls the classes of a wave off; `tells` whether notices leave here."""

    async def handle(context: JobContext, payload: CancelClasses) -> dict[str, Any]:
        return await cancel_classes(context, payload, tells=tells)

    return JobHandler(CancelClasses.kind, CancelClasses, handle)
