"""The comparison of people whom an import has registered, and how many pairs are open."""

from datetime import timedelta
from typing import Any, Final

from services.enrollment.duplicate_candidates.operations import find_duplicates
from services.enrollment.participant_duplicates import operations, queries
from services.enrollment.participant_duplicates.schemas import CompareImported
from shared.clock import utc_now
from shared.jobs.context import Cron, JobContext, JobHandler, WorkerContext

# A tenth of a second, whatever their birth dates are.
_AT_ONCE: Final = 200


async def compare_imported(context: JobContext, payload: CompareImported) -> dict[str, Any]:
    """Compare them with all others, some in each transaction.

    Nothing is done twice, so that the job may begin again at any time.
    """
    row, compared, pairs = 0, 0, 0
    while True:
        async with context.transaction() as session:
            people = await queries.imported_after(session, payload.import_id, row, limit=_AT_ONCE)
            if not people:
                return {"compared": compared, "pairs": pairs}
            ids = [person for _, person in people]
            pairs += await find_duplicates(session, ids, now=utc_now(), fresh=True)
        row, compared = people[-1][0], compared + len(people)
        await context.progress(compared, compared)


COMPARE_IMPORTED: Final = JobHandler(CompareImported.kind, CompareImported, compare_imported)


async def count_pairs(context: WorkerContext) -> None:
    """Let reporting know how many pairs wait to be looked at."""
    async with context.transaction() as session:
        await operations.tell_open(session, now=utc_now())


COUNT_PAIRS: Final = Cron("count-duplicates", timedelta(minutes=5), count_pairs)
