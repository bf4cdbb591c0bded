"""Loading official boundaries."""

import asyncio
from typing import Any, Final

from services.reporting.base import RowVerdict, Upload
from services.reporting.boundaries import operations, queries, rules
from services.reporting.boundaries.schemas import LoadBoundaries
from shared.clock import utc_now
from shared.db.imports import keep_verdicts, read_upload, tally
from shared.jobs.context import JobContext, JobHandler
from shared.schemas.imports import Outcome

# Far below a second each: an exact boundary has up to some 100,000 corners.
_AT_ONCE: Final = 5


async def load_boundaries(context: JobContext, payload: LoadBoundaries) -> dict[str, Any]:
    """Load a file whole, or nothing of it when anything in it is wrong.

    The list bears the job's id: an interrupted load goes on where it was.
    """
    async with context.transaction() as session:
        raw = await read_upload(session, Upload, payload.upload_id)
        in_force = await queries.names_in_force(session)
    judged = await asyncio.to_thread(rules.judge, raw, in_force=in_force, language=payload.language)
    if not judged.any_refused:
        for start in range(0, len(judged.boundaries), _AT_ONCE):
            part = judged.boundaries[start : start + _AT_ONCE]
            async with context.transaction() as session:
                await operations.add_boundaries(session, context.job_id, part)
            await context.progress(start + len(part), len(judged.boundaries))
    return await _finish(context, payload, judged)


async def _finish(
    context: JobContext, payload: LoadBoundaries, judged: rules.Judged
) -> dict[str, Any]:
    told = judged.verdicts
    if judged.any_refused:
        told = [each for each in told if each.outcome is not Outcome.CREATED]
    async with context.transaction() as session:
        await keep_verdicts(session, RowVerdict, job_id=context.job_id, verdicts=told)
        if not judged.any_refused:
            await operations.hold_list(
                session,
                context.job_id,
                level=judged.level,
                areas=len(judged.boundaries),
                order=payload,
                now=utc_now(),
            )
        return await tally(
            session,
            RowVerdict,
            context.job_id,
            outcomes=(Outcome.CREATED, Outcome.REFUSED, Outcome.MISSING),
        )


LOAD_BOUNDARIES: Final = JobHandler(LoadBoundaries.kind, LoadBoundaries, load_boundaries)
